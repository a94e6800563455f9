#pragma once

#include <cstdint>
#include <cstring>

#include "core/math/simd.h"

namespace patchboard::simd {

/// IEEE halves (binary16), as many as a vector has lanes.
using Halves [[gnu::vector_size(kLanes * 2)]] = std::int16_t;

inline constexpr float kLargestHalf = 65504.0F;

/// Exact for finite halves, the smallest included; infinities and NaNs come out as numbers.
[[gnu::always_inline]] inline Floats widen(Halves halves) {
  // Sign extension puts the sign where a float has it; 2^112 is the difference of the two biases.
  const Ints bits =
      (__builtin_convertvector(halves, Ints) << 13) & static_cast<std::int32_t>(0x8FFFE000U);
  return reinterpret_cast<Floats>(bits) * 0x1p112F;
}

/// The nearest halves, ties to even. Lanes are at most kLargestHalf in magnitude.
[[gnu::always_inline]] inline Halves narrow(Floats values) {
  constexpr auto kSignBit = static_cast<std::int32_t>(0x80000000U);
  constexpr std::int32_t kSmallestNormal = (127 - 14) << 23;
  const Ints signed_bits = reinterpret_cast<Ints>(values);
  const Ints bits = signed_bits & ~kSignBit;
  // Below the smallest normal half, adding 1/2 rounds to a multiple of the smallest half, 2^-24.
  const Floats shifted = reinterpret_cast<Floats>(bits) + 0.5F;
  const Ints subnormal = reinterpret_cast<Ints>(shifted) - reinterpret_cast<Ints>(splat(0.5F));
  const Ints odd = (bits >> 13) & 1;
  const Ints normal = (bits - ((127 - 15) << 23) + 0xFFF + odd) >> 13;
  const Ints magnitude = bits < kSmallestNormal ? subnormal : normal;
  return __builtin_convertvector(magnitude | ((signed_bits >> 16) & 0x8000), Halves);
}

}  // namespace patchboard::simd

namespace patchboard {

/// The nearest halves, ties to even. values: at most simd::kLargestHalf in magnitude.
inline void narrow(const float* values, Index count, std::int16_t* halves) {
  simd::for_each(values, count, 0.0F, [&](simd::Floats lanes, Index first, Index width) {
    const simd::Halves narrowed = simd::narrow(lanes);
    std::memcpy(halves + first, &narrowed, static_cast<std::size_t>(width) * sizeof(std::int16_t));
  });
}

}  // namespace patchboard
