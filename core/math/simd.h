#pragma once

#include <array>
#include <cstdint>
#include <cstring>

#include "core/math/matrix.h"

#if defined(__AVX512F__) || defined(__FMA__)
#include <immintrin.h>
#elif defined(__wasm_relaxed_simd__)
#include <wasm_simd128.h>
#endif

/// The widest vectors that this build is compiled for, as the compilers' own vector types: 16 lanes
/// with AVX-512, 8 with AVX2, else 4 (SSE2, WebAssembly).
namespace patchboard::simd {

#if defined(__AVX512F__)
inline constexpr Index kLanes = 16;
#elif defined(__AVX2__) && defined(__FMA__)
inline constexpr Index kLanes = 8;
#else
inline constexpr Index kLanes = 4;
#endif

/// Whether `multiply_add` is one instruction.
#if defined(__AVX512F__) || defined(__FMA__) || defined(__wasm_relaxed_simd__)
inline constexpr bool kOneMultiplyAdd = true;
#else
inline constexpr bool kOneMultiplyAdd = false;
#endif

using Floats [[gnu::vector_size(kLanes * 4)]] = float;
using Ints [[gnu::vector_size(kLanes * 4)]] = std::int32_t;

[[gnu::always_inline]] inline Floats load(const float* values) {
  Floats lanes;
  std::memcpy(&lanes, values, sizeof lanes);
  return lanes;
}

[[gnu::always_inline]] inline void store(Floats lanes, float* values) {
  std::memcpy(values, &lanes, sizeof lanes);
}

[[gnu::always_inline]] inline Floats splat(float value) {
#if defined(__AVX512F__)
  return _mm512_set1_ps(value);
#elif defined(__AVX2__) && defined(__FMA__)
  return _mm256_set1_ps(value);
#else
  return Floats{value, value, value, value};
#endif
}

/// The first `count` < kLanes values; `fill` in the other lanes.
[[gnu::always_inline]] inline Floats load_first(const float* values, Index count, float fill) {
  std::array<float, kLanes> lanes{};
  lanes.fill(fill);
  std::memcpy(lanes.data(), values, static_cast<std::size_t>(count) * sizeof(float));
  return load(lanes.data());
}

[[gnu::always_inline]] inline void store_first(Floats lanes, Index count, float* values) {
  std::memcpy(values, &lanes, static_cast<std::size_t>(count) * sizeof(float));
}

/// a · b + c, rounded once where the build has such an instruction.
[[gnu::always_inline]] inline Floats multiply_add(Floats a, Floats b, Floats c) {
#if defined(__AVX512F__)
  return _mm512_fmadd_ps(a, b, c);
#elif defined(__AVX2__) && defined(__FMA__)
  return _mm256_fmadd_ps(a, b, c);
#elif defined(__wasm_relaxed_simd__)
  return wasm_f32x4_relaxed_madd(a, b, c);
#else
  return a * b + c;
#endif
}

[[gnu::always_inline]] inline Floats max(Floats a, Floats b) { return a > b ? a : b; }

/// The lanes' sum, in the order of a tree of halves.
[[gnu::always_inline]] inline float sum(Floats lanes) {
  std::array<float, kLanes> values;
  store(lanes, values.data());
  for (std::size_t half = values.size() / 2; half > 0; half /= 2) {
    for (std::size_t i = 0; i < half; ++i) {
      values[i] += values[i + half];
    }
  }
  return values[0];
}

[[gnu::always_inline]] inline float largest(Floats lanes) {
  std::array<float, kLanes> values;
  store(lanes, values.data());
  float found = values[0];
  for (const float value : values) {
    found = found < value ? value : found;
  }
  return found;
}

/// Calls body(lanes, first, count) for every run of kLanes values, with `fill` beyond the last one.
/// A value meets the same operations wherever it lies, so that its bits do not depend on the place.
template <typename Body>
[[gnu::always_inline]] inline void for_each(const float* values, Index size, float fill,
                                            const Body& body) {
  Index first = 0;
  for (; first + kLanes <= size; first += kLanes) {
    body(load(values + first), first, kLanes);
  }
  if (first < size) {
    body(load_first(values + first, size - first, fill), first, size - first);
  }
}

/// Replaces every value by function(lanes).
template <typename Function>
[[gnu::always_inline]] inline void transform(const float* values, Index size, float* out,
                                             const Function& function) {
  for_each(values, size, 0.0F, [&](Floats lanes, Index first, Index count) {
    if (count == kLanes) {
      store(function(lanes), out + first);
    } else {
      store_first(function(lanes), count, out + first);
    }
  });
}

}  // namespace patchboard::simd
