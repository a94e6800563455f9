#include "core/math/activation.h"

#include "core/math/exp.h"

namespace patchboard {
namespace {

using simd::Floats;

constexpr float kMinusTwoRoots = -2.0F * 0.7978845608028654F;  // of 2/π
constexpr float kCubic = 0.044715F;

Floats gelu_tanh(Floats x) {
  const Floats inner = kMinusTwoRoots * x * (1.0F + kCubic * x * x);
  return x / (1.0F + simd::exp(inner));
}

/// With s = 1 / (1 + e^-2u): s + 2x · s · (1 - s) · u'.
Floats gelu_tanh_slope(Floats x) {
  // From here on the slope is 0 or 1, and e^-2u would not be a float.
  constexpr float kSaturated = 10.0F;
  x = x > kSaturated ? simd::splat(kSaturated) : x;  // NaN passes
  x = x < -kSaturated ? simd::splat(-kSaturated) : x;
  const Floats squares = kCubic * x * x;
  const Floats power = simd::exp(kMinusTwoRoots * x * (1.0F + squares));
  const Floats part = 1.0F / (1.0F + power);
  const Floats rest = power * part;  // 1 - part, which would lose its digits
  const Floats steepness = -kMinusTwoRoots * (1.0F + 3.0F * squares);
  return part + x * part * rest * steepness;
}

Floats magnitude(Floats x) { return x < 0.0F ? -x : x; }

/// Of the normal distribution, what lies beyond |x|: erfc(|x| / √2) / 2.
/// Source: Press et al., Numerical Recipes, `erfcc`: a Chebyshev fit of the logarithm in
/// t = 1 / (1 + z/2), whose part of the value that is wrong is below 1.2e-7 everywhere.
Floats normal_tail(Floats x) {
  constexpr float kRootOfHalf = 0.70710678118654752F;
  const Floats t = 1.0F / (1.0F + 0.5F * kRootOfHalf * magnitude(x));
  Floats p = simd::splat(0.17087277F);
  for (const float coefficient :
       {-0.82215223F, 1.48851587F, -1.13520398F, 0.27886807F, -0.18628806F, 0.09678418F,
        0.37409196F, 1.00002368F, -1.26551223F}) {
    p = simd::multiply_add(p, t, simd::splat(coefficient));
  }
  return 0.5F * t * simd::exp(p - 0.5F * x * x);
}

Floats gelu_erf(Floats x) {
  const Floats tail = normal_tail(x);
  return x * (x < 0.0F ? tail : 1.0F - tail);
}

/// Φ(x) + x · Φ'(x).
Floats gelu_erf_slope(Floats x) {
  // From here on the slope is 0 or 1.
  constexpr float kSaturated = 13.0F;
  constexpr float kDensity = 0.39894228040143268F;   // 1 / sqrt(2π)
  x = x > kSaturated ? simd::splat(kSaturated) : x;  // NaN passes
  x = x < -kSaturated ? simd::splat(-kSaturated) : x;
  const Floats tail = normal_tail(x);
  return (x < 0.0F ? tail : 1.0F - tail) + x * kDensity * simd::exp(-0.5F * x * x);
}

Floats relu(Floats x) { return x < 0.0F ? simd::splat(0.0F) : x; }  // NaN passes

Floats relu_slope(Floats x) { return x > 0.0F ? simd::splat(1.0F) : simd::splat(0.0F); }

template <typename Slope>
void multiply_by(std::span<const float> x, std::span<float> d, const Slope& slope) {
  simd::for_each(
      x.data(), static_cast<Index>(x.size()), 0.0F, [&](Floats values, Index first, Index count) {
        float* place = d.data() + first;
        const Floats factors = slope(values);
        if (count == simd::kLanes) {
          simd::store(simd::load(place) * factors, place);
        } else {
          simd::store_first(simd::load_first(place, count, 0.0F) * factors, count, place);
        }
      });
}

}  // namespace

void activate(Activation activation, std::span<float> x) {
  const auto replace = [&](const auto& function) {
    simd::transform(x.data(), static_cast<Index>(x.size()), x.data(), function);
  };
  switch (activation) {
    case Activation::kGeluTanh:
      return replace([](Floats values) { return gelu_tanh(values); });
    case Activation::kGeluErf:
      return replace([](Floats values) { return gelu_erf(values); });
    case Activation::kRelu:
      return replace([](Floats values) { return relu(values); });
  }
}

void multiply_by_slope(Activation activation, std::span<const float> x, std::span<float> d) {
  switch (activation) {
    case Activation::kGeluTanh:
      return multiply_by(x, d, [](Floats values) { return gelu_tanh_slope(values); });
    case Activation::kGeluErf:
      return multiply_by(x, d, [](Floats values) { return gelu_erf_slope(values); });
    case Activation::kRelu:
      return multiply_by(x, d, [](Floats values) { return relu_slope(values); });
  }
}

}  // namespace patchboard
