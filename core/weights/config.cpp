#include "core/weights/config.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/input/input_value.h"
#include "core/input/text_input.h"
#include "core/weights/config_activation.h"
#include "core/weights/other_models.h"

namespace patchboard {
namespace {

constexpr std::string_view kFile = "config.json";
constexpr Index kMostLayers = 1'000;
constexpr Index kMostPositions = 1'000'000;
constexpr Index kNeoWindow = 256;  // where a config does not say

[[noreturn]] void refuse_config(const std::string& what) {
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

/// What all configs say by the same names.
void read_common(const InputValue& json, Config& config) {
  config.vocab_size = size_of(json, "vocab_size", 10'000'000);
  config.layer_norm_epsilon = epsilon_of(json);
  config.tied_embeddings = truth_or(json, "tie_word_embeddings", true);
  config.bos_token_id = bos_of(json);
  config.assumes_activation = is_activation_assumed(json);
}

/// Null or missing: four times the width.
Index d_mlp_of(const InputValue& json, const char* key, Index d_model) {
  const auto inner = json.find(key);
  return inner && !inner->is_null() ? size_of(json, key, 1'000'000) : 4 * d_model;
}

void require_whole_heads(const Config& config, const std::string& heads, const std::string& width) {
  if (config.d_model % config.n_head != 0) {
    refuse_config("`" + heads + "` is " + std::to_string(config.n_head) +
                  ", which does not divide `" + width + "` " + std::to_string(config.d_model));
  }
}

/// `attention_types`, a list of [kinds of layers in turn, how often], unrolled.
std::vector<Index> windows_of(const InputValue& json, const Config& config) {
  const auto size = json.find("window_size");
  const Index window = size ? size->whole<Index>(1, kMostPositions) : kNeoWindow;
  const auto types = json.find("attention_types");
  std::vector<Index> windows;
  if (!types) {
    for (Index layer = 0; layer < config.n_layer; ++layer) {
      windows.push_back(layer % 2 == 0 ? config.n_positions : window);
    }
    return windows;
  }
  for (const InputValue& group : types->list()) {
    const std::vector<InputValue> parts = group.list();
    if (parts.size() != 2) {
      group.refuse("[[\"global\", \"local\"], how often]");
    }
    const auto often = parts[1].whole<Index>(1, kMostLayers);
    for (Index i = 0; i < often && std::ssize(windows) <= kMostLayers; ++i) {
      for (const InputValue& kind : parts[0].list()) {
        windows.push_back(kind.name_of({"global", "local"}) == 0 ? config.n_positions : window);
      }
    }
  }
  if (std::ssize(windows) != config.n_layer) {
    types->refuse("as many layers as `num_layers` " + std::to_string(config.n_layer));
  }
  return windows;
}

Config read_gpt_neo(const InputValue& json) {
  Config config;
  config.layout = TensorLayout::kGptNeo;
  config.n_layer = size_of(json, "num_layers", kMostLayers);
  config.n_head = size_of(json, "num_heads", 10'000);
  config.d_model = size_of(json, "hidden_size", 100'000);
  config.n_positions = size_of(json, "max_position_embeddings", kMostPositions);
  config.d_mlp = d_mlp_of(json, "intermediate_size", config.d_model);
  config.variant = {.activation = activation_of(json),
                    .scaled_by_root = false,
                    .windows = windows_of(json, config)};
  read_common(json, config);
  require_whole_heads(config, "num_heads", "hidden_size");
  return config;
}

Config read_gpt2(const InputValue& json) {
  require_truth(json, "add_cross_attention", false);
  Config config;
  config.n_layer = size_of(json, "n_layer", kMostLayers, "num_hidden_layers");
  config.n_head = size_of(json, "n_head", 10'000, "num_attention_heads");
  config.d_model = size_of(json, "n_embd", 100'000, "hidden_size");
  config.n_positions = size_of(json, "n_positions", kMostPositions, "max_position_embeddings");
  config.d_mlp = d_mlp_of(json, "n_inner", config.d_model);
  config.variant = variant_of(json);
  read_common(json, config);
  require_whole_heads(config, "n_head", "n_embd");
  return config;
}

Config read(const InputValue& json) {
  refuse_other_model(json);
  const auto type = json.find("model_type");
  return type && type->text() == "gpt_neo" ? read_gpt_neo(json) : read_gpt2(json);
}

}  // namespace

std::uint64_t Config::parameter_count() const {
  const auto D = static_cast<std::uint64_t>(d_model);
  const auto M = static_cast<std::uint64_t>(d_mlp);
  const auto rows = static_cast<std::uint64_t>(vocab_size + n_positions);
  const std::uint64_t attention = 4 * D * D + (layout == TensorLayout::kGptNeo ? D : 4 * D);
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
