#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/input/json_tree.h"
#include "core/input/plain_number.h"
#include "core/token_id.h"

namespace patchboard {

/// A value of JSON that comes from outside: a document, a link, a set of pairs, a config, a saved
/// result. Nothing leaves it unchecked: whoever asks says what it has to be, and what is something
/// else is refused with its place, what was found and what was expected:
///
///     experiment, "corruption.positions[2]": 4294967295, expected a whole number from 0 to 9
///
/// Numbers are taken as they are written: a whole number is one without point and exponent (-0 is
/// 0; 1e3, 5.0 and 1.5 are refused), of any size up to the range that is asked for; a number is any
/// that double holds. JSON has no NaN. Copies are cheap and share the document.
class InputValue {
 public:
  /// Errors: see `parse_json_tree`.
  [[nodiscard]] static InputValue parse(std::string_view text, InputSource source);

  [[nodiscard]] bool is_null() const;
  [[nodiscard]] bool is_number() const;
  [[nodiscard]] bool is_text() const;
  [[nodiscard]] bool is_list() const;
  [[nodiscard]] bool is_object() const;

  /// A whole number, both ends included.
  template <std::integral T>
  [[nodiscard]] T whole(T least, T most) const {
    return narrowed<T>(whole_between(widened(least), widened(most)));
  }
  [[nodiscard]] double number(const NumberRange& range = {}) const;
  [[nodiscard]] float number_f32(const NumberRange& range = {}) const;
  [[nodiscard]] bool truth() const;
  [[nodiscard]] const std::string& text() const;
  /// The index of the text among the names that are known.
  [[nodiscard]] std::size_t name_of(std::span<const std::string_view> names) const;
  [[nodiscard]] std::size_t name_of(std::initializer_list<std::string_view> names) const {
    return name_of(std::span(names.begin(), names.size()));
  }
  /// A list of token ids; from 0 to `most`.
  [[nodiscard]] std::vector<TokenId> ids(TokenId most) const;

  /// The values of a list, `least` of them or more. what: "tokens' positions", for the message.
  [[nodiscard]] std::vector<InputValue> list(std::size_t least = 0,
                                             std::string_view what = "values") const;
  /// How many values a list, or keys an object, has; 0 of anything else.
  [[nodiscard]] std::size_t size() const;

  /// Errors where this is no object, or has another key.
  void require_keys(std::span<const std::string_view> known) const;
  void require_keys(std::initializer_list<std::string_view> known) const {
    require_keys(std::span(known.begin(), known.size()));
  }
  /// Of an object, what is under the key, if there is something, also null.
  [[nodiscard]] std::optional<InputValue> find(std::string_view key) const;
  /// The same where the key is required.
  [[nodiscard]] InputValue at(std::string_view key) const;
  /// Of an object, in the order of the text.
  [[nodiscard]] std::vector<std::pair<std::string, InputValue>> members() const;

  /// The same value, called by a name of its own in messages: "pair 3".
  [[nodiscard]] InputValue named(std::string name) const;
  /// `corruption.positions[2]`; empty for the whole.
  [[nodiscard]] std::string place() const;
  /// As JSON, shortened.
  [[nodiscard]] std::string shown() const { return shown_json(*node_); }
  /// Throws: this value is not what was `expected`.
  [[noreturn]] void refuse(const std::string& expected) const;
  /// Throws with the place alone before the message: where more than the value is wrong.
  [[noreturn]] void fail(const std::string& what) const;

 private:
  struct Document {
    InputSource source;
    JsonNode root;
  };

  InputValue(std::shared_ptr<const Document> document, const JsonNode& node);

  [[nodiscard]] std::int64_t whole_between(std::int64_t least, std::int64_t most) const;
  [[nodiscard]] InputValue child(const JsonNode& node) const;

  std::shared_ptr<const Document> document_;
  const JsonNode* node_;
  const JsonNode* origin_;                   // where places begin
  std::shared_ptr<const std::string> name_;  // of the origin
};

}  // namespace patchboard
