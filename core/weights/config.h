#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/math/matrix.h"
#include "core/token_id.h"
#include "core/weights/variant.h"

namespace patchboard {

/// Under which names, and which way round, the published files of a model have its tensors.
enum class TensorLayout {
  kGpt2,    ///< `h.0.attn.c_attn.weight`, [in, out]
  kGptNeo,  ///< `h.0.attn.attention.q_proj.weight`, three for c_attn without biases, [out, in]
};

/// The sizes of a GPT-2, from the published `config.json`.
struct Config {
  Index n_layer = 0;
  Index n_head = 0;
  Index d_model = 0;  ///< `n_embd`
  Index d_mlp = 0;    ///< `n_inner`, 4 · d_model unless given
  Index vocab_size = 0;
  Index n_positions = 0;
  float layer_norm_epsilon = 1e-5F;
  bool tied_embeddings = true;  ///< `tie_word_embeddings`; if not, `lm_head.weight` has to be there
  std::optional<TokenId> bos_token_id = std::nullopt;  ///< as it says, in the vocabulary or not

  Variant variant = {};
  bool assumes_activation = false;            ///< the variant's is not the model's word
  TensorLayout layout = TensorLayout::kGpt2;  ///< by `model_type`

  [[nodiscard]] Index d_head() const { return d_model / n_head; }
  [[nodiscard]] AttentionRule attention(Index layer) const;
  /// Without an `lm_head` of its own.
  [[nodiscard]] std::uint64_t parameter_count() const;
};

/// Reads `config.json`. Allocates nothing that depends on the sizes in it.
/// A size may have its other name: `num_hidden_layers`, `num_attention_heads`, `hidden_size`,
/// `max_position_embeddings`; where both are there, they say the same. GPT-Neo has its own.
/// Errors: kConfig, naming the key, its value and what would be right: not JSON, another
/// architecture or packed weights (see `refuse_other_model`), an activation that is none of
/// `Activation`'s, cross attention, sizes that are missing, absurd or do not divide. Source: the
/// published configs of `gpt2` … `gpt2-xl`; transformers `GPT2Config`, `GPTNeoConfig`.
[[nodiscard]] Config parse_config(std::string_view json);

}  // namespace patchboard
