#include "core/weights/weights.h"

namespace patchboard {
namespace {

std::size_t bytes_of(const Vector& vector) {
  return static_cast<std::size_t>(vector.size()) * sizeof(float);
}

std::size_t bytes_of(const LayerNormWeights& norm) {
  return bytes_of(norm.weight) + bytes_of(norm.bias);
}

std::size_t bytes_of(const ProjectionWeights& projection) {
  return projection.weight.bytes() + bytes_of(projection.bias);
}

}  // namespace

std::size_t Weights::bytes() const {
  std::size_t total = wte.bytes() + wpe.bytes() + bytes_of(ln_f);
  for (const BlockWeights& block : h) {
    total += bytes_of(block.ln_1) + bytes_of(block.attn_c_attn) + bytes_of(block.attn_c_proj) +
             bytes_of(block.ln_2) + bytes_of(block.mlp_c_fc) + bytes_of(block.mlp_c_proj);
  }
  return total + (lm_head ? lm_head->bytes() : 0);
}

}  // namespace patchboard
