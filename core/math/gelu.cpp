#include "core/math/gelu.h"

#include "core/math/exp.h"

namespace patchboard {
namespace {

constexpr float kMinusTwoRoots = -2.0F * 0.7978845608028654F;  // of 2/π
constexpr float kCubic = 0.044715F;

}  // namespace

void gelu(std::span<float> x) {
  simd::transform(x.data(), static_cast<Index>(x.size()), x.data(), [](simd::Floats values) {
    const simd::Floats inner = kMinusTwoRoots * values * (1.0F + kCubic * values * values);
    return values / (1.0F + simd::exp(inner));
  });
}

void multiply_by_gelu_slope(std::span<const float> x, std::span<float> d) {
  // From here on the slope is 0 or 1, and e^-2u would not be a float.
  constexpr float kSaturated = 10.0F;
  const auto slope = [](simd::Floats values) {
    values = values > kSaturated ? simd::splat(kSaturated) : values;  // NaN passes
    values = values < -kSaturated ? simd::splat(-kSaturated) : values;
    const simd::Floats squares = kCubic * values * values;
    const simd::Floats power = simd::exp(kMinusTwoRoots * values * (1.0F + squares));
    const simd::Floats part = 1.0F / (1.0F + power);
    const simd::Floats rest = power * part;  // 1 - part, which would lose its digits
    const simd::Floats steepness = -kMinusTwoRoots * (1.0F + 3.0F * squares);
    return part + values * part * rest * steepness;
  };
  simd::for_each(x.data(), static_cast<Index>(x.size()), 0.0F,
                 [&](simd::Floats values, Index first, Index count) {
                   float* place = d.data() + first;
                   const simd::Floats factors = slope(values);
                   if (count == simd::kLanes) {
                     simd::store(simd::load(place) * factors, place);
                   } else {
                     simd::store_first(simd::load_first(place, count, 0.0F) * factors, count,
                                       place);
                   }
                 });
}

}  // namespace patchboard
