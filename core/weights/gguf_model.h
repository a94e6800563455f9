#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/weights/gguf_value.h"
#include "core/weights/model_texts.h"
#include "core/weights/tensor_entry.h"

namespace patchboard {

/// What a GGUF's metadata says of a GPT-2: its sizes, its tokenizer and its special tokens.
/// Every function's errors are std::range_error, naming the key.
/// Source: gguf.md, "Standardized key-value pairs"; llama.cpp `llama_model_gpt2` and
/// `llama_vocab::impl::load`.
class GgufModel {
 public:
  /// A key that has been there before is refused.
  void set(const std::string& key, const GgufValue& value);
  /// The same of an array, whose values follow.
  void begin_array(const std::string& key, GgufType type);
  /// Whether they are wanted, or can be passed over.
  [[nodiscard]] bool wants(const std::string& key) const;
  void add(const std::string& key, const GgufValue& value);

  /// What tensors begin at multiples of: 32 unless it is said.
  [[nodiscard]] std::uint64_t alignment() const;
  /// Errors where that is no model of GPT-2's architecture; before anything else is said of it.
  void require_gpt2() const;

  /// All of it as the published files have it.
  [[nodiscard]] ModelTexts texts(const std::vector<TensorEntry>& tensors) const;

 private:
  using Value = std::variant<bool, std::int64_t, double, std::string>;

  void require_new(const std::string& key);
  [[nodiscard]] const Value* find(const std::string& key) const;
  [[nodiscard]] std::optional<std::int64_t> whole(const std::string& key) const;
  [[nodiscard]] std::int64_t required(const std::string& key) const;
  [[nodiscard]] std::optional<std::string> text(const std::string& key) const;
  [[nodiscard]] double epsilon() const;
  [[nodiscard]] std::string config_json(const std::vector<TensorEntry>& tensors) const;
  [[nodiscard]] std::string tokenizer_problem() const;
  [[nodiscard]] std::int64_t type_of(std::size_t token) const;
  [[nodiscard]] std::string vocab_json() const;
  [[nodiscard]] std::string merges_txt() const;
  [[nodiscard]] std::string tokenizer_config_json() const;

  std::set<std::string> keys_;
  std::map<std::string, Value> values_;
  std::vector<std::string> tokens_;
  std::vector<std::string> merges_;
  std::vector<std::int64_t> types_;  // of the tokens; none where it does not say
};

/// Errors: std::range_error, with `what` before it, for a text that is not UTF-8.
void require_utf8_text(std::string_view text, const std::string& what);

}  // namespace patchboard
