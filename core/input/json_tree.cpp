#include "core/input/json_tree.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/input/text_input.h"
#include "core/input/utf8.h"

namespace patchboard {
namespace {

using Json = nlohmann::json;

/// Makes the tree while nlohmann's parser, which does not recurse, walks the text.
class TreeBuilder final : public nlohmann::json_sax<Json> {
 public:
  explicit TreeBuilder(InputSource source) : source_(std::move(source)) {}

  JsonNode take() { return std::move(root_); }

  bool null() override { return put({nullptr}); }
  bool boolean(bool value) override { return put({value}); }
  bool number_integer(number_integer_t value) override { return put({std::int64_t{value}}); }
  bool number_unsigned(number_unsigned_t value) override {
    return value <= INT64_MAX ? put({static_cast<std::int64_t>(value)})
                              : put({std::uint64_t{value}});
  }
  bool number_float(number_float_t value, const string_t& written) override {
    return put({JsonNode::Decimal{.value = value, .written = written}});
  }
  bool string(string_t& value) override { return put({std::move(value)}); }
  bool binary(binary_t& /*value*/) override { return false; }  // not in JSON's text

  bool start_object(std::size_t /*size*/) override { return open({JsonNode::Object()}); }
  bool start_array(std::size_t /*size*/) override { return open({JsonNode::List()}); }
  bool key(string_t& name) override {
    keys_.back() = std::move(name);
    return true;
  }
  bool end_object() override {
    require_unique(std::get<JsonNode::Object>(open_.back().value));
    return close();
  }
  bool end_array() override { return close(); }

  bool parse_error(std::size_t /*position*/, const std::string& /*token*/,
                   const Json::exception& error) override {
    // "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error while …"
    std::string what = error.what();
    const std::size_t end_of_id = what.find("] ");
    what = end_of_id == std::string::npos ? what : what.substr(end_of_id + 2);
    // What was read last may end inside of a character.
    refuse("not JSON: " + replace_invalid_utf8(what));
  }

 private:
  /// A finished value takes its place in what is open around it.
  bool put(JsonNode node) {
    if (open_.empty()) {
      root_ = std::move(node);
    } else if (auto* list = std::get_if<JsonNode::List>(&open_.back().value)) {
      list->push_back(std::move(node));
    } else {
      std::get<JsonNode::Object>(open_.back().value)
          .emplace_back(std::move(keys_.back()), std::move(node));
    }
    return true;
  }

  bool open(JsonNode node) {
    if (open_.size() == kMaxJsonDepth) {
      refuse("lists and objects are nested more than " + std::to_string(kMaxJsonDepth) + " deep");
    }
    open_.push_back(std::move(node));
    keys_.emplace_back();
    return true;
  }

  bool close() {
    JsonNode node = std::move(open_.back());
    open_.pop_back();
    keys_.pop_back();
    return put(std::move(node));
  }

  void require_unique(const JsonNode::Object& object) const {
    std::vector<std::string_view> names;
    names.reserve(object.size());
    for (const auto& [name, value] : object) {
      names.push_back(name);
    }
    std::ranges::sort(names);
    const auto twice = std::ranges::adjacent_find(names);
    if (twice != names.end()) {
      refuse("the key \"" + std::string(*twice) + "\" is there twice in one object");
    }
  }

  [[noreturn]] void refuse(const std::string& what) const {
    throw Error(source_.code, source_.name + ": " + what);
  }

  InputSource source_;
  JsonNode root_;
  std::vector<JsonNode> open_;     // around the value that comes next
  std::vector<std::string> keys_;  // [open], its key where that is an object
};

/// Writes until there is enough.
class ShortWriter {
 public:
  std::string write(const JsonNode& node) {
    add(node);
    return std::move(text_);
  }

 private:
  static constexpr std::size_t kLongest = 60;

  void add(const JsonNode& node) {
    std::visit([this](const auto& value) { add_value(value); }, node.value);
  }
  void add_value(std::nullptr_t) { put("null"); }
  void add_value(bool value) { put(value ? "true" : "false"); }
  void add_value(std::int64_t value) { put(std::to_string(value)); }
  void add_value(std::uint64_t value) { put(std::to_string(value)); }
  void add_value(const JsonNode::Decimal& value) { put(value.written); }
  void add_value(const std::string& text) {
    put(Json(text.substr(0, first_bytes(text))).dump());
    if (first_bytes(text) < text.size()) {
      cut();
    }
  }
  void add_value(const JsonNode::List& list) {
    put("[");
    for (std::size_t i = 0; i < list.size() && !is_full_; ++i) {
      put(i > 0 ? "," : "");
      add(list[i]);
    }
    put("]");
  }
  void add_value(const JsonNode::Object& object) {
    put("{");
    for (std::size_t i = 0; i < object.size() && !is_full_; ++i) {
      put(i > 0 ? "," : "");
      add_value(object[i].first);
      put(":");
      add(object[i].second);
    }
    put("}");
  }

  /// As many bytes as whole characters of the text fit in.
  [[nodiscard]] static std::size_t first_bytes(std::string_view text) {
    std::size_t size = 0;
    while (size < text.size() && size < kLongest) {
      size += first_code_point(text.substr(size)).length;
    }
    return size;
  }

  void put(std::string_view part) {
    if (!is_full_) {
      text_ += part;
      if (text_.size() > kLongest) {
        const std::size_t kept = first_bytes(text_);
        if (kept < text_.size()) {
          text_.resize(kept);
          cut();
        }
      }
    }
  }

  void cut() {
    if (!is_full_) {
      text_ += "…";
      is_full_ = true;
    }
  }

  std::string text_;
  bool is_full_ = false;
};

}  // namespace

JsonNode parse_json_tree(std::string_view text, const InputSource& source) {
  text = without_byte_order_mark(text);
  require_utf8(text, source);
  TreeBuilder builder(source);
  if (!Json::sax_parse(text.begin(), text.end(), &builder)) {
    throw Error(source.code, source.name + ": not JSON");
  }
  return builder.take();
}

std::string shown_json(const JsonNode& node) { return ShortWriter().write(node); }

}  // namespace patchboard
