#pragma once

#include "core/math/simd.h"

namespace patchboard::simd {

/// e to the power of each lane, at most 2 ulp from the true value wherever that is a normal float;
/// subnormal results within one subnormal step; 0 below them, infinity above the largest float, NaN
/// for NaN. Source: Cody and Waite 1980, chapter 6 (argument reduction); then e^r by its Taylor
/// series, whose first term left out is below 2^-27 of the sum for |r| ≤ ln 2 / 2.
[[gnu::always_inline]] inline Floats exp(Floats x) {
  constexpr float kLog2E = 1.44269504088896341F;
  constexpr float kLn2High = 0.693359375F;  // 9 bits: a small whole number times it is exact
  constexpr float kLn2Low = -2.12194440e-4F;
  constexpr float kRound = 12582912.0F;  // 1.5 · 2^23: adding it leaves a whole number
  x = x > 89.0F ? splat(89.0F) : x;      // infinity from here on; NaN passes
  x = x < -104.0F ? splat(-104.0F) : x;

  const Floats shifted = x * kLog2E + kRound;
  const Floats n = shifted - kRound;
  Floats r = multiply_add(n, splat(-kLn2High), x);
  r = multiply_add(n, splat(-kLn2Low), r);

  Floats p = splat(1.0F / 5040.0F);
  p = multiply_add(p, r, splat(1.0F / 720.0F));
  p = multiply_add(p, r, splat(1.0F / 120.0F));
  p = multiply_add(p, r, splat(1.0F / 24.0F));
  p = multiply_add(p, r, splat(1.0F / 6.0F));
  p = multiply_add(p, r, splat(0.5F));
  p = multiply_add(p * r, r, r) + 1.0F;

  // 2^n in two factors, since n reaches beyond the exponents of a float on both sides.
  const Ints whole = reinterpret_cast<Ints>(shifted) - reinterpret_cast<Ints>(splat(kRound));
  const Ints half = whole >> 1;
  const auto power_of_two = [](Ints exponent) {
    return reinterpret_cast<Floats>((exponent + 127) << 23);
  };
  return p * power_of_two(half) * power_of_two(whole - half);
}

}  // namespace patchboard::simd
