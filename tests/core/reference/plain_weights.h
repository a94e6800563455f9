#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/math/matrix.h"
#include "core/weights/weights.h"

namespace patchboard::reference {

struct PlainProjection {
  Matrix weight;  // [in, out]
  Vector bias;    // [out]
};

struct PlainBlock {
  LayerNormWeights ln_1;
  PlainProjection attn_c_attn;
  PlainProjection attn_c_proj;
  LayerNormWeights ln_2;
  PlainProjection mlp_c_fc;
  PlainProjection mlp_c_proj;
};

/// The slow twin of Weights: f32 matrices as the file has them, nothing packed.
struct PlainWeights {
  Matrix wte;  // [vocab_size, d_model]
  Matrix wpe;  // [n_positions, d_model]
  std::vector<PlainBlock> h;
  LayerNormWeights ln_f;
  std::optional<Matrix> lm_head;  // [vocab_size, d_model]

  [[nodiscard]] const Matrix& unembedding() const { return lm_head ? *lm_head : wte; }
};

/// One tensor of them, under its published name.
struct PlainTensor {
  std::string name;
  std::vector<std::uint64_t> shape;
  std::span<float> values;  // row-major
};

/// Every tensor, of the sizes that a config gives, without an lm_head; zeros.
PlainWeights plain_weights(const Config& config);

/// In the order of `tensor_slots`; the lm_head last, if there is one.
std::vector<PlainTensor> tensors_of(PlainWeights& weights);

/// As a loader would.
Weights packed(const Config& config, PlainWeights weights,
               WeightFormat format = WeightFormat::kF32);

/// The values that packed weights stand for.
PlainWeights unpacked(const Config& config, const Weights& weights);

}  // namespace patchboard::reference
