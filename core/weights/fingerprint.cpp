#include "core/weights/fingerprint.h"

#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace patchboard {
namespace {

constexpr Index kColumnStep = 499;  // prime, so that no period of the columns is hit

class Fnv {
 public:
  void add(std::span<const float> values) {
    for (const float value : values) {
      auto bits = std::bit_cast<std::uint32_t>(value);
      for (int byte = 0; byte < 4; ++byte) {
        hash_ = (hash_ ^ (bits & 0xFFU)) * 0x100000001B3U;
        bits >>= 8U;
      }
    }
  }

  void add(const Vector& vector) { add(row_values(vector)); }

  void add(const PackedMatrix& matrix) {
    std::vector<float> column(static_cast<std::size_t>(matrix.rows()));
    for (Index n = 0; n < matrix.cols(); n += kColumnStep) {
      matrix.get_column(n, column);
      add(column);
    }
  }

  [[nodiscard]] std::string text() const {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (int shift = 60; shift >= 0; shift -= 4) {
      text += kDigits[(hash_ >> static_cast<unsigned>(shift)) & 0xFU];
    }
    return text;
  }

 private:
  std::uint64_t hash_ = 0xCBF29CE484222325U;
};

}  // namespace

std::string fingerprint(const Weights& weights) {
  Fnv hash;
  hash.add(weights.wte);
  hash.add(weights.wpe);
  for (const BlockWeights& block : weights.h) {
    for (const LayerNormWeights* norm : {&block.ln_1, &block.ln_2}) {
      hash.add(norm->weight);
      hash.add(norm->bias);
    }
    for (const ProjectionWeights* projection :
         {&block.attn_c_attn, &block.attn_c_proj, &block.mlp_c_fc, &block.mlp_c_proj}) {
      hash.add(projection->weight);
      hash.add(projection->bias);
    }
  }
  hash.add(weights.ln_f.weight);
  hash.add(weights.ln_f.bias);
  if (weights.lm_head) {
    hash.add(*weights.lm_head);
  }
  return hash.text();
}

}  // namespace patchboard
