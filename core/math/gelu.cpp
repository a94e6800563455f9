#include "core/math/gelu.h"

#include "core/math/exp.h"

namespace patchboard {

void gelu(std::span<float> x) {
  constexpr float kMinusTwoRoots = -2.0F * 0.7978845608028654F;  // of 2/π
  constexpr float kCubic = 0.044715F;
  simd::transform(x.data(), static_cast<Index>(x.size()), x.data(), [](simd::Floats values) {
    const simd::Floats inner = kMinusTwoRoots * values * (1.0F + kCubic * values * values);
    return values / (1.0F + simd::exp(inner));
  });
}

}  // namespace patchboard
