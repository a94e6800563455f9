#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/error.h"

namespace patchboard {

/// Deeper than anything that is read here. Whoever walks a tree may recurse: the stack holds so
/// many calls in every build, also in a tab.
inline constexpr std::size_t kMaxJsonDepth = 32;

/// What is being read, for messages.
struct InputSource {
  ErrorCode code = ErrorCode::kState;
  std::string name = {};  ///< "experiment", "config.json"
};

/// A value of JSON as it was written. To be read through `InputValue`, which checks.
struct JsonNode {
  /// A number with a point or an exponent, or a whole one beyond 64 bits.
  struct Decimal {
    double value = 0;
    std::string written = {};
  };
  using List = std::vector<JsonNode>;
  using Object = std::vector<std::pair<std::string, JsonNode>>;  // in the order of the text

  std::variant<std::nullptr_t, bool, std::int64_t, std::uint64_t, Decimal, std::string, List,
               Object>
      value = nullptr;
};

/// Parses JSON. A byte order mark before it is skipped.
/// Errors: of the source's code, with the place in the text: not UTF-8, not JSON, a number beyond
/// double's range, nested deeper than kMaxJsonDepth, a key twice in an object.
[[nodiscard]] JsonNode parse_json_tree(std::string_view text, const InputSource& source);

/// The value as JSON, cut after some 60 characters: for messages.
[[nodiscard]] std::string shown_json(const JsonNode& node);

}  // namespace patchboard
