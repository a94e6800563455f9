// The one door for numbers and JSON: a JSON text, and a plain number as arguments and links have
// it.

#include <cerrno>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/input/json_tree.h"
#include "core/input/plain_number.h"
#include "core/input/text_input.h"
#include "core/input/utf8.h"
#include "tests/fuzz/fuzz_entry.h"

namespace patchboard::fuzz {
namespace {

using Json = nlohmann::ordered_json;

const InputSource& source() {
  static const InputSource kSource{.code = ErrorCode::kExperiment, .name = "fuzz"};
  return kSource;
}

/// Values and their order, as another reader of JSON gives them.
bool same(const JsonNode& node, const Json& json) {
  if (const auto* list = std::get_if<JsonNode::List>(&node.value)) {
    if (!json.is_array() || json.size() != list->size()) {
      return false;
    }
    for (std::size_t i = 0; i < list->size(); ++i) {
      if (!same((*list)[i], json[i])) {
        return false;
      }
    }
    return true;
  }
  if (const auto* object = std::get_if<JsonNode::Object>(&node.value)) {
    auto member = json.begin();
    for (const auto& [key, value] : *object) {
      if (member == json.end() || member.key() != key || !same(value, member.value())) {
        return false;
      }
      ++member;
    }
    return json.is_object() && member == json.end();
  }
  if (const auto* decimal = std::get_if<JsonNode::Decimal>(&node.value)) {
    return json.is_number_float() && decimal->value == json.get<double>();
  }
  if (const auto* whole = std::get_if<std::int64_t>(&node.value)) {
    return json.is_number_integer() && json == *whole;
  }
  if (const auto* large = std::get_if<std::uint64_t>(&node.value)) {
    return json.is_number_unsigned() && json.get<std::uint64_t>() == *large;
  }
  if (const auto* text = std::get_if<std::string>(&node.value)) {
    return json.is_string() && json.get<std::string>() == *text;
  }
  if (const auto* truth = std::get_if<bool>(&node.value)) {
    return json.is_boolean() && json.get<bool>() == *truth;
  }
  return json.is_null();
}

void read_json(std::string_view text) {
  try {
    const JsonNode tree = parse_json_tree(text, source());
    const std::string shown = shown_json(tree);
    require(replace_invalid_utf8(shown) == shown, "what is shown of a value is UTF-8");
    require(shown.size() < 100, "what is shown of a value is short");
    require(same(tree, Json::parse(text)), "a document is what another reader reads");
  } catch (const Error& error) {
    const std::string what = error.what();
    require(replace_invalid_utf8(what) == what, "a message is UTF-8");
    const bool other_reason = what.find("nested") != std::string::npos ||
                              what.find("twice") != std::string::npos ||
                              what.find("UTF-8") != std::string::npos;
    require(other_reason || !Json::accept(text), "what is JSON is read");
  }
}

void read_whole_number(const std::string& text, std::int64_t least, std::int64_t most) {
  errno = 0;
  const std::int64_t expected = std::strtoll(text.c_str(), nullptr, 10);
  const bool is_plain = errno == 0 && text == std::to_string(expected);
  try {
    const std::int64_t value = read_whole_between(text, source(), least, most);
    require(errno == 0 && value == expected, "a number is what it says");
    require(value >= least && value <= most, "a number is in its range");
  } catch (const Error&) {
    require(!is_plain || expected < least || expected > most, "a number in its range is read");
  }
}

}  // namespace

void run(std::string_view input) {
  const auto part = parts(input, 2);
  read_json(part[0]);
  const std::string text(part[1]);
  read_whole_number(text, 0, INT32_MAX);
  read_whole_number(text, INT64_MIN, INT64_MAX);
  read_whole_number(text, -3, 12);
}

}  // namespace patchboard::fuzz
