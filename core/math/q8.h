#pragma once

#include <cstddef>
#include <cstdint>

#include "core/math/matrix.h"

namespace patchboard {

/// Weights in 8 bits: groups of kQ8Group weights along K share a scale, and a weight is its int8
/// times the scale. The largest weight of a group becomes ±127.
inline constexpr Index kQ8Group = 32;

/// Groups that `count` weights in a row make; the last one may be shorter.
[[nodiscard]] constexpr Index q8_groups(Index count) { return (count + kQ8Group - 1) / kQ8Group; }

/// Groups that run down columns. values, rounded: [rows, cols], rows ≤ kQ8Group. scales: [cols].
void quantize_down(const float* values, Index rows, Index cols, float* scales,
                   std::int8_t* rounded);

/// Groups that run along a row. values, rounded: [count]. scales: [q8_groups(count)].
void quantize_along(const float* values, Index count, float* scales, std::int8_t* rounded);

/// The values that `quantize_down` and `quantize_along` stand for.
void dequantize_down(const float* scales, const std::int8_t* rounded, Index rows, Index cols,
                     float* values);
void dequantize_along(const float* scales, const std::int8_t* rounded, Index count, float* values);

}  // namespace patchboard
