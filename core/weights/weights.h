#pragma once

#include <optional>
#include <vector>

#include "core/math/matrix.h"
#include "core/math/packed_matrix.h"
#include "core/weights/config.h"

namespace patchboard {

struct LayerNormWeights {
  Vector weight;  // [d_model]
  Vector bias;    // [d_model]
};

/// GPT-2's `Conv1D`: y = x · weight + bias.
struct ProjectionWeights {
  PackedMatrix weight;  // [in, out]
  Vector bias;          // [out]
};

struct BlockWeights {
  LayerNormWeights ln_1;
  ProjectionWeights attn_c_attn;  // [d_model, 3 d_model]: q, k, v side by side
  ProjectionWeights attn_c_proj;  // [d_model, d_model]
  LayerNormWeights ln_2;
  ProjectionWeights mlp_c_fc;    // [d_model, d_mlp]
  ProjectionWeights mlp_c_proj;  // [d_mlp, d_model]
};

/// All parameters of a GPT-2, under their published names; a GPT-Neo's in the same places. Matrices
/// are packed, in the format chosen when they were loaded; vectors, which are little, are f32.
struct Weights {
  PackedMatrix wte;  // [d_model, vocab_size]: transposed, as the unembedding needs it
  PackedMatrix wpe;  // [d_model, n_positions]: a column a position
  std::vector<BlockWeights> h;
  LayerNormWeights ln_f;
  std::optional<PackedMatrix> lm_head;  // [d_model, vocab_size], when not tied to wte

  [[nodiscard]] const PackedMatrix& unembedding() const { return lm_head ? *lm_head : wte; }

  /// Memory that the values take.
  [[nodiscard]] std::size_t bytes() const;
};

}  // namespace patchboard
