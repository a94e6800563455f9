#include "core/input/input_value.h"

#include <algorithm>
#include <limits>

namespace patchboard {
namespace {

std::string listed(std::span<const std::string_view> names) {
  std::string text;
  for (const std::string_view name : names) {
    text += text.empty() ? "" : ", ";
    text += name;
  }
  return text;
}

/// The way from one node down to another, in the notation of places; it is looked for only when
/// something is wrong, so that values need not carry it.
bool add_way(const JsonNode& from, const JsonNode& to, std::string& place) {
  if (&from == &to) {
    return true;
  }
  const std::size_t size = place.size();
  if (const auto* list = std::get_if<JsonNode::List>(&from.value)) {
    for (std::size_t i = 0; i < list->size(); ++i) {
      place += "[" + std::to_string(i) + "]";
      if (add_way((*list)[i], to, place)) {
        return true;
      }
      place.resize(size);
    }
  } else if (const auto* object = std::get_if<JsonNode::Object>(&from.value)) {
    for (const auto& [key, value] : *object) {
      place += (place.empty() ? "" : ".") + key;
      if (add_way(value, to, place)) {
        return true;
      }
      place.resize(size);
    }
  }
  return false;
}

}  // namespace

InputValue::InputValue(std::shared_ptr<const Document> document, const JsonNode& node)
    : document_(std::move(document)), node_(&node), origin_(&node) {}

InputValue InputValue::parse(std::string_view text, InputSource source) {
  JsonNode root = parse_json_tree(text, source);
  auto document = std::make_shared<const Document>(
      Document{.source = std::move(source), .root = std::move(root)});
  const JsonNode& node = document->root;
  return {std::move(document), node};
}

InputValue InputValue::child(const JsonNode& node) const {
  InputValue value = *this;
  value.node_ = &node;
  return value;
}

bool InputValue::is_null() const { return std::holds_alternative<std::nullptr_t>(node_->value); }

bool InputValue::is_number() const {
  return std::holds_alternative<std::int64_t>(node_->value) ||
         std::holds_alternative<std::uint64_t>(node_->value) ||
         std::holds_alternative<JsonNode::Decimal>(node_->value);
}

bool InputValue::is_text() const { return std::holds_alternative<std::string>(node_->value); }

bool InputValue::is_list() const { return std::holds_alternative<JsonNode::List>(node_->value); }

bool InputValue::is_object() const {
  return std::holds_alternative<JsonNode::Object>(node_->value);
}

std::int64_t InputValue::whole_between(std::int64_t least, std::int64_t most) const {
  const auto* value = std::get_if<std::int64_t>(&node_->value);
  if (value == nullptr || *value < least || *value > most) {
    refuse(whole_range_text(least, most));
  }
  return *value;
}

double InputValue::number(const NumberRange& range) const {
  double value = std::numeric_limits<double>::quiet_NaN();
  if (const auto* whole = std::get_if<std::int64_t>(&node_->value)) {
    value = static_cast<double>(*whole);
  } else if (const auto* large = std::get_if<std::uint64_t>(&node_->value)) {
    value = static_cast<double>(*large);
  } else if (const auto* decimal = std::get_if<JsonNode::Decimal>(&node_->value)) {
    value = decimal->value;
  }
  if (!range.holds(value)) {
    refuse(range.text());
  }
  return value;
}

float InputValue::number_f32(const NumberRange& range) const {
  constexpr double kLargest = std::numeric_limits<float>::max();
  const NumberRange narrow{.least = std::max(range.least, -kLargest),
                           .most = std::min(range.most, kLargest),
                           .above_least = range.above_least};
  const auto value = static_cast<float>(number(narrow));
  if (!narrow.holds(static_cast<double>(value))) {  // above 0, but not for a float
    refuse(narrow.text());
  }
  return value;
}

bool InputValue::truth() const {
  const auto* value = std::get_if<bool>(&node_->value);
  if (value == nullptr) {
    refuse("true or false");
  }
  return *value;
}

const std::string& InputValue::text() const {
  const auto* value = std::get_if<std::string>(&node_->value);
  if (value == nullptr) {
    refuse("a text");
  }
  return *value;
}

std::size_t InputValue::name_of(std::span<const std::string_view> names) const {
  const auto* value = std::get_if<std::string>(&node_->value);
  const auto found = value == nullptr ? names.end() : std::ranges::find(names, *value);
  if (found == names.end()) {
    refuse((names.size() > 1 ? "one of " : "") + listed(names));
  }
  return static_cast<std::size_t>(found - names.begin());
}

std::vector<TokenId> InputValue::ids(TokenId most) const {
  std::vector<TokenId> ids;
  for (const InputValue& id : list(0, "token ids")) {
    ids.push_back(id.whole<TokenId>(0, most));
  }
  return ids;
}

std::vector<InputValue> InputValue::list(std::size_t least, std::string_view what) const {
  const auto* nodes = std::get_if<JsonNode::List>(&node_->value);
  if (nodes == nullptr || nodes->size() < least) {
    refuse("a list of " + std::string(what) +
           (least > 0 ? ", " + std::to_string(least) + " at least" : ""));
  }
  std::vector<InputValue> values;
  values.reserve(nodes->size());
  for (const JsonNode& node : *nodes) {
    values.push_back(child(node));
  }
  return values;
}

std::size_t InputValue::size() const {
  if (const auto* list = std::get_if<JsonNode::List>(&node_->value)) {
    return list->size();
  }
  const auto* object = std::get_if<JsonNode::Object>(&node_->value);
  return object == nullptr ? 0 : object->size();
}

void InputValue::require_keys(std::span<const std::string_view> known) const {
  for (const auto& [key, value] : members()) {
    if (std::ranges::find(known, key) == known.end()) {
      fail("has \"" + key + "\", which means nothing here; expected " + listed(known));
    }
  }
}

std::optional<InputValue> InputValue::find(std::string_view key) const {
  const auto* object = std::get_if<JsonNode::Object>(&node_->value);
  if (object == nullptr) {
    refuse("an object");
  }
  const auto found =
      std::ranges::find_if(*object, [&](const auto& member) { return member.first == key; });
  return found == object->end() ? std::nullopt : std::optional(child(found->second));
}

InputValue InputValue::at(std::string_view key) const {
  std::optional<InputValue> value = find(key);
  if (!value) {
    fail("has no \"" + std::string(key) + "\"");
  }
  return *value;
}

std::vector<std::pair<std::string, InputValue>> InputValue::members() const {
  const auto* object = std::get_if<JsonNode::Object>(&node_->value);
  if (object == nullptr) {
    refuse("an object");
  }
  std::vector<std::pair<std::string, InputValue>> members;
  members.reserve(object->size());
  for (const auto& [key, node] : *object) {
    members.emplace_back(key, child(node));
  }
  return members;
}

InputValue InputValue::named(std::string name) const {
  InputValue value = *this;
  value.origin_ = node_;
  value.name_ = std::make_shared<const std::string>(std::move(name));
  return value;
}

std::string InputValue::place() const {
  std::string place;
  add_way(name_ ? *origin_ : document_->root, *node_, place);
  return place;
}

void InputValue::refuse(const std::string& expected) const {
  const std::string at = place();
  throw Error(document_->source.code, (name_ ? *name_ : document_->source.name) +
                                          (at.empty() ? "" : ", \"" + at + "\"") + ": " + shown() +
                                          ", expected " + expected);
}

void InputValue::fail(const std::string& what) const {
  const std::string at = place();
  throw Error(document_->source.code, (name_ ? *name_ : document_->source.name) +
                                          (at.empty() ? "" : ", \"" + at + "\"") + ": " + what);
}

}  // namespace patchboard
