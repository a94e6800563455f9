#include "core/weights/gguf_model.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "core/input/utf8.h"

namespace patchboard {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kTokens = "tokenizer.ggml.tokens";
constexpr const char* kMerges = "tokenizer.ggml.merges";
constexpr const char* kTypes = "tokenizer.ggml.token_type";
constexpr const char* kAlignment = "general.alignment";
constexpr const char* kArchitecture = "general.architecture";
constexpr const char* kParts = "split.count";

[[noreturn]] void refuse_key(const std::string& key, const std::string& what) {
  throw std::range_error("`" + key + "` " + what);
}

/// The others are passed over: descriptions, templates of chats.
bool is_read(std::string_view key) {
  return key.starts_with("gpt2.") || key == kArchitecture || key == kAlignment || key == kParts ||
         (key.starts_with("tokenizer.ggml.") &&
          (key.ends_with(".model") || key.ends_with(".pre") || key.ends_with("_token_id")));
}

std::string json_text(const std::string& text) { return nlohmann::json(text).dump(); }

}  // namespace

void require_utf8_text(std::string_view text, const std::string& what) {
  if (replace_invalid_utf8(text) != text) {
    throw std::range_error(what + " is not UTF-8");
  }
}

void GgufModel::require_new(const std::string& key) {
  if (!keys_.insert(key).second) {
    refuse_key(key, "is there twice");
  }
}

void GgufModel::set(const std::string& key, const GgufValue& value) {
  require_new(key);
  if (!is_read(key)) {
    return;
  }
  if (const auto* text = std::get_if<std::string_view>(&value)) {
    require_utf8_text(*text, "the text of `" + key + "`");
    values_.emplace(key, std::string(*text));
  } else if (const auto* truth = std::get_if<bool>(&value)) {
    values_.emplace(key, *truth);
  } else if (const auto* number = std::get_if<double>(&value)) {
    values_.emplace(key, *number);
  } else {
    values_.emplace(key, std::get<std::int64_t>(value));
  }
}

bool GgufModel::wants(const std::string& key) const {
  return key == kTokens || key == kMerges || key == kTypes;
}

void GgufModel::begin_array(const std::string& key, GgufType type) {
  require_new(key);
  const bool is_texts = type == GgufType::kString;
  const bool is_wholes = type <= GgufType::kI32 || type == GgufType::kU64 || type == GgufType::kI64;
  if ((key == kTokens || key == kMerges) ? !is_texts : key == kTypes && !is_wholes) {
    refuse_key(key, key == kTypes ? "is no array of whole numbers" : "is no array of texts");
  }
}

void GgufModel::add(const std::string& key, const GgufValue& value) {
  if (key == kTypes) {
    types_.push_back(std::get<std::int64_t>(value));
    return;
  }
  std::vector<std::string>& texts = key == kTokens ? tokens_ : merges_;
  const std::string_view text = std::get<std::string_view>(value);
  require_utf8_text(text, "text " + std::to_string(texts.size()) + " of `" + key + "`");
  texts.emplace_back(text);
}

const GgufModel::Value* GgufModel::find(const std::string& key) const {
  const auto found = values_.find(key);
  return found == values_.end() ? nullptr : &found->second;
}

std::optional<std::int64_t> GgufModel::whole(const std::string& key) const {
  const Value* value = find(key);
  if (value == nullptr) {
    return std::nullopt;
  }
  if (!std::holds_alternative<std::int64_t>(*value)) {
    refuse_key(key, "is no whole number");
  }
  return std::get<std::int64_t>(*value);
}

std::int64_t GgufModel::required(const std::string& key) const {
  const auto value = whole(key);
  if (!value) {
    refuse_key(key, "is missing, expected a whole number");
  }
  return *value;
}

std::optional<std::string> GgufModel::text(const std::string& key) const {
  const Value* value = find(key);
  if (value == nullptr) {
    return std::nullopt;
  }
  if (!std::holds_alternative<std::string>(*value)) {
    refuse_key(key, "is no text");
  }
  return std::get<std::string>(*value);
}

std::uint64_t GgufModel::alignment() const {
  constexpr std::int64_t kLeast = 8;
  constexpr std::int64_t kMost = 1 << 20;
  const std::int64_t value = whole(kAlignment).value_or(32);
  if (value < kLeast || value > kMost || (value & (value - 1)) != 0) {
    refuse_key(kAlignment, "is " + std::to_string(value) + ", expected a power of two from " +
                               std::to_string(kLeast) + " to " + std::to_string(kMost));
  }
  return static_cast<std::uint64_t>(value);
}

void GgufModel::require_gpt2() const {
  const auto architecture = text(kArchitecture);
  if (!architecture) {
    refuse_key(kArchitecture, "is missing, expected \"gpt2\"");
  }
  if (*architecture != "gpt2") {
    refuse_key(kArchitecture,
               "is " + json_text(*architecture) +
                   ", expected \"gpt2\": models of GPT-2's architecture alone are read");
  }
  const std::int64_t files = whole(kParts).value_or(1);
  if (files > 1) {
    refuse_key(kParts, "is " + std::to_string(files) +
                           ", expected a model in one file; `llama-gguf-split --merge` joins them");
  }
}

double GgufModel::epsilon() const {
  const char* key = "gpt2.attention.layer_norm_epsilon";
  const Value* value = find(key);
  if (value == nullptr || !std::holds_alternative<double>(*value)) {
    refuse_key(key, std::string(value == nullptr ? "is missing" : "is no such number") +
                        ", expected a number of floating point");
  }
  return std::get<double>(*value);
}

std::string GgufModel::config_json(const std::vector<TensorEntry>& tensors) const {
  const auto tensor = [&](const char* name) {
    return std::ranges::find(tensors, name, &TensorEntry::name);
  };
  const auto embedding = tensor("token_embd.weight");
  const bool has_shape = embedding != tensors.end() && embedding->shape.size() == 2;
  const std::int64_t heads = required("gpt2.attention.head_count");
  if (whole("gpt2.attention.head_count_kv").value_or(heads) != heads) {
    refuse_key("gpt2.attention.head_count_kv", "is another than `gpt2.attention.head_count`");
  }
  Json json = {{"model_type", "gpt2"},
               {"activation_function", "gelu_new"},
               {"n_layer", required("gpt2.block_count")},
               {"n_head", heads},
               {"n_embd", required("gpt2.embedding_length")},
               {"n_positions", required("gpt2.context_length")},
               {"vocab_size", has_shape ? embedding->shape[0] : tokens_.size()},
               {"layer_norm_epsilon", epsilon()},
               {"tie_word_embeddings", tensor("output.weight") == tensors.end()}};
  const auto add = [&](const char* name, const char* key) {
    if (const auto value = whole(key)) {
      json[name] = *value;
    }
  };
  add("n_inner", "gpt2.feed_forward_length");
  add("bos_token_id", "tokenizer.ggml.bos_token_id");
  add("eos_token_id", "tokenizer.ggml.eos_token_id");
  return json.dump(2) + "\n";
}

/// Byte-level BPE with GPT-2's splitting is what is read; "default" is what files say that are
/// older than the key.
std::string GgufModel::tokenizer_problem() const {
  const auto problem = [](const char* key, const std::string& found, const char* expected) {
    return "`" + std::string(key) + "` is " + found + ", expected " + expected;
  };
  const auto model = text("tokenizer.ggml.model");
  if (model != "gpt2") {
    return problem("tokenizer.ggml.model", model ? json_text(*model) : "missing",
                   "\"gpt2\", byte-level BPE");
  }
  const std::string split = text("tokenizer.ggml.pre").value_or("default");
  if (split != "gpt-2" && split != "gpt2" && split != "default") {
    return problem("tokenizer.ggml.pre", json_text(split),
                   "\"gpt-2\", its way of splitting a text");
  }
  if (merges_.empty()) {
    return problem(kMerges, "missing", "the pairs that are joined, in order");
  }
  return "";
}

std::int64_t GgufModel::type_of(std::size_t token) const {
  return types_.empty() ? token_type::kNormal : types_[token];
}

std::string GgufModel::vocab_json() const {
  std::string json = "{";
  for (std::size_t id = 0; id < tokens_.size(); ++id) {
    if (type_of(id) != token_type::kUnused) {
      json += (json.size() > 1 ? ",\n" : "\n") + json_text(tokens_[id]) + ": " + std::to_string(id);
    }
  }
  return json + "\n}\n";
}

std::string GgufModel::merges_txt() const {
  std::string text = "#version: 0.2\n";
  for (const std::string& merge : merges_) {
    if (merge.find('\n') != std::string::npos) {
      refuse_key(kMerges, "has a line break in " + json_text(merge));
    }
    text += merge + "\n";
  }
  return text;
}

std::string GgufModel::tokenizer_config_json() const {
  Json json = {{"add_prefix_space", false}, {"added_tokens_decoder", Json::object()}};
  for (std::size_t id = 0; id < tokens_.size(); ++id) {
    const std::int64_t type = type_of(id);
    if (type == token_type::kUnknown || type == token_type::kControl ||
        type == token_type::kUserDefined) {
      json["added_tokens_decoder"][std::to_string(id)] = {
          {"content", tokens_[id]}, {"special", type != token_type::kUserDefined}};
    }
  }
  constexpr std::array<std::array<const char*, 2>, 4> kSpecial = {
      {{"bos_token", "tokenizer.ggml.bos_token_id"},
       {"eos_token", "tokenizer.ggml.eos_token_id"},
       {"unk_token", "tokenizer.ggml.unknown_token_id"},
       {"pad_token", "tokenizer.ggml.padding_token_id"}}};
  for (const auto& [name, key] : kSpecial) {
    const auto id = whole(key);
    if (id && std::in_range<std::size_t>(*id) && static_cast<std::size_t>(*id) < tokens_.size()) {
      json[name] = tokens_[static_cast<std::size_t>(*id)];
    }
  }
  return json.dump(2) + "\n";
}

ModelTexts GgufModel::texts(const std::vector<TensorEntry>& tensors) const {
  if (!types_.empty() && types_.size() != tokens_.size()) {
    refuse_key(kTypes, "has " + std::to_string(types_.size()) +
                           " values, expected one for each of " + std::to_string(tokens_.size()) +
                           " tokens");
  }
  ModelTexts texts{.config_json = config_json(tensors),
                   .vocab_json = {},
                   .merges_txt = {},
                   .tokenizer_config_json = {},
                   .tokenizer_problem = tokens_.empty() ? "" : tokenizer_problem(),
                   .own_keys = {{"n_layer", "gpt2.block_count"},
                                {"n_head", "gpt2.attention.head_count"},
                                {"n_embd", "gpt2.embedding_length"},
                                {"n_positions", "gpt2.context_length"},
                                {"n_inner", "gpt2.feed_forward_length"},
                                {"layer_norm_epsilon", "gpt2.attention.layer_norm_epsilon"},
                                {"bos_token_id", "tokenizer.ggml.bos_token_id"},
                                {"eos_token_id", "tokenizer.ggml.eos_token_id"},
                                {"vocab.json", kTokens},
                                {"merges.txt", kMerges}}};
  if (!tokens_.empty() && texts.tokenizer_problem.empty()) {
    texts.vocab_json = vocab_json();
    texts.merges_txt = merges_txt();
    texts.tokenizer_config_json = tokenizer_config_json();
  }
  return texts;
}

}  // namespace patchboard
