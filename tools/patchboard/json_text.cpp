#include "tools/patchboard/json_text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <iostream>

namespace patchboard {
namespace {

using Json = nlohmann::ordered_json;

void append_number(double number, std::string& text) {
  if (!std::isfinite(number)) {
    text += "null";
    return;
  }
  std::array<char, 32> digits{};
  const auto single = static_cast<float>(number);
  const auto [end, error] = static_cast<double>(single) == number
                                ? std::to_chars(digits.begin(), digits.end(), single)
                                : std::to_chars(digits.begin(), digits.end(), number);
  text.append(digits.begin(), end);
}

void append(const Json& json, std::string& text) {
  if (json.is_number_float()) {
    append_number(json.get<double>(), text);
  } else if (json.is_array()) {
    text += '[';
    for (std::size_t i = 0; i < json.size(); ++i) {
      text += i == 0 ? "" : ",";
      append(json[i], text);
    }
    text += ']';
  } else if (json.is_object()) {
    text += '{';
    bool first = true;
    for (const auto& [key, value] : json.items()) {
      text += (first ? "" : ",") + Json(key).dump() + ":";
      append(value, text);
      first = false;
    }
    text += '}';
  } else {
    text += json.dump();  // a text, a whole number, true, false or null
  }
}

}  // namespace

std::string json_text(const Json& json) {
  std::string text;
  append(json, text);
  return text;
}

void print_json(const Json& json) { std::cout << json_text(json) << '\n'; }

}  // namespace patchboard
