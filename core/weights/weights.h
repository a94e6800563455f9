#pragma once

#include <optional>
#include <vector>

#include "core/math/matrix.h"
#include "core/weights/config.h"

namespace patchboard {

struct LayerNormWeights {
  Vector weight;  // [d_model]
  Vector bias;    // [d_model]
};

/// GPT-2's `Conv1D`: y = x · weight + bias.
struct ProjectionWeights {
  Matrix weight;  // [in, out]
  Vector bias;    // [out]
};

struct BlockWeights {
  LayerNormWeights ln_1;
  ProjectionWeights attn_c_attn;  // [d_model, 3 d_model]: q, k, v side by side
  ProjectionWeights attn_c_proj;  // [d_model, d_model]
  LayerNormWeights ln_2;
  ProjectionWeights mlp_c_fc;    // [d_model, d_mlp]
  ProjectionWeights mlp_c_proj;  // [d_mlp, d_model]
};

/// All parameters of a GPT-2 in f32, under their published names.
struct Weights {
  Matrix wte;  // [vocab_size, d_model]
  Matrix wpe;  // [n_positions, d_model]
  std::vector<BlockWeights> h;
  LayerNormWeights ln_f;
  std::optional<Matrix> lm_head;  // [vocab_size, d_model], when not tied to wte

  [[nodiscard]] const Matrix& unembedding() const { return lm_head ? *lm_head : wte; }
};

}  // namespace patchboard
