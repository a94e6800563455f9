#include "core/weights/config.h"

#include <array>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <string>

#include "core/error.h"
#include "core/input/input_value.h"
#include "core/input/text_input.h"

namespace patchboard {
namespace {

constexpr std::string_view kFile = "config.json";

[[noreturn]] void refuse(const std::string& what) {
  throw Error(ErrorCode::kConfig, std::string(kFile) + ": " + what);
}

/// A whole number in [1, largest]. other: the key's name in configurations of other models.
Index size_of(const InputValue& config, const char* key, Index largest,
              std::string_view other = {}) {
  const auto alias = other.empty() ? std::nullopt : config.find(other);
  if (alias && !config.find(key)) {
    return alias->whole<Index>(1, largest);
  }
  const auto size = config.at(key).whole<Index>(1, largest);
  if (alias && alias->whole<Index>(1, largest) != size) {
    alias->refuse(std::to_string(size) + ", as `" + key + "` says");
  }
  return size;
}

void require_text(const InputValue& config, const char* key,
                  std::initializer_list<std::string_view> known) {
  if (const auto value = config.find(key)) {
    static_cast<void>(value->name_of(known));
  }
}

void require_truth(const InputValue& config, const char* key, bool expected) {
  const auto value = config.find(key);
  if (value && value->truth() != expected) {
    value->refuse(expected ? "true" : "false");
  }
}

bool truth_or(const InputValue& config, const char* key, bool otherwise) {
  const auto value = config.find(key);
  return value ? value->truth() : otherwise;
}

Activation activation_of(const InputValue& config) {
  const auto value = config.find("activation_function");
  if (!value) {
    return Variant().activation;
  }
  constexpr std::array kActivations = {Activation::kGeluTanh, Activation::kGeluErf,
                                       Activation::kGeluTanh, Activation::kGeluTanh,
                                       Activation::kRelu};
  return kActivations.at(
      value->name_of({"gelu_new", "gelu", "gelu_fast", "gelu_pytorch_tanh", "relu"}));
}

Variant variant_of(const InputValue& config) {
  const Variant published;
  return {.activation = activation_of(config),
          .scaled_by_root = truth_or(config, "scale_attn_weights", published.scaled_by_root),
          .scaled_by_layer =
              truth_or(config, "scale_attn_by_inverse_layer_idx", published.scaled_by_layer)};
}

float epsilon_of(const InputValue& config) {
  const auto value = config.find("layer_norm_epsilon");
  return value ? value->number_f32({.least = std::numeric_limits<float>::min(), .most = 1})
               : Config().layer_norm_epsilon;
}

std::optional<TokenId> bos_of(const InputValue& config) {
  const auto id = config.find("bos_token_id");
  return id && !id->is_null()
             ? std::optional(id->whole<TokenId>(0, std::numeric_limits<TokenId>::max()))
             : std::nullopt;
}

Config read(const InputValue& json) {
  require_text(json, "model_type", {"gpt2"});
  require_truth(json, "add_cross_attention", false);
  Config config;
  config.n_layer = size_of(json, "n_layer", 1'000, "num_hidden_layers");
  config.n_head = size_of(json, "n_head", 10'000, "num_attention_heads");
  config.d_model = size_of(json, "n_embd", 100'000, "hidden_size");
  config.vocab_size = size_of(json, "vocab_size", 10'000'000);
  config.n_positions = size_of(json, "n_positions", 1'000'000, "max_position_embeddings");
  config.layer_norm_epsilon = epsilon_of(json);
  const auto inner = json.find("n_inner");
  const bool has_inner = inner && !inner->is_null();
  config.d_mlp = has_inner ? size_of(json, "n_inner", 1'000'000) : 4 * config.d_model;
  config.tied_embeddings = truth_or(json, "tie_word_embeddings", true);
  config.bos_token_id = bos_of(json);
  config.variant = variant_of(json);
  if (config.d_model % config.n_head != 0) {
    refuse("`n_head` is " + std::to_string(config.n_head) + ", which does not divide `n_embd` " +
           std::to_string(config.d_model));
  }
  return config;
}

}  // namespace

std::uint64_t Config::parameter_count() const {
  const auto D = static_cast<std::uint64_t>(d_model);
  const auto M = static_cast<std::uint64_t>(d_mlp);
  const auto rows = static_cast<std::uint64_t>(vocab_size + n_positions);
  const std::uint64_t attention = 4 * D * D + 4 * D;
  const std::uint64_t mlp = 2 * D * M + M + D;
  const std::uint64_t norms = 4 * D;
  return rows * D + static_cast<std::uint64_t>(n_layer) * (attention + mlp + norms) + 2 * D;
}

AttentionRule Config::attention(Index layer) const {
  AttentionRule rule{.n_head = n_head};
  if (variant.scaled_by_root) {
    rule.scale = 1.0F / std::sqrt(static_cast<float>(d_head()));
  }
  if (variant.scaled_by_layer) {
    rule.scale /= static_cast<float>(layer + 1);
  }
  if (!variant.windows.empty()) {
    rule.window = variant.windows[static_cast<std::size_t>(layer)];
  }
  return rule;
}

Config parse_config(std::string_view json) {
  const InputSource source{.code = ErrorCode::kConfig, .name = std::string(kFile)};
  refuse_lfs_pointer(json, source);
  return read(InputValue::parse(json, source));
}

}  // namespace patchboard
