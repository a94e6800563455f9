#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

namespace patchboard {

/// Deeper than anything in a model's files. What lies deeper is left out while parsing: nlohmann
/// copies and writes values recursively, and a few kilobytes of brackets would overflow the stack.
inline constexpr int kMaxJsonDepth = 16;

/// Errors: nlohmann::json::exception where the text is not JSON.
[[nodiscard]] inline nlohmann::json parse_shallow_json(std::string_view text) {
  using Json = nlohmann::json;
  return Json::parse(text, [](int depth, Json::parse_event_t /*event*/, const Json& /*value*/) {
    return depth <= kMaxJsonDepth;
  });
}

}  // namespace patchboard
