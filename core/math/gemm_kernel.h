#pragma once

#include <array>
#include <cstddef>
#include <utility>

#include "core/math/packed_matrix.h"
#include "core/math/simd.h"

namespace patchboard {

/// Rows that the kernel multiplies at once: as many as leave the accumulators, a row of the panel
/// and a multiplier in registers, and a product where it takes an instruction of its own.
inline constexpr Index kKernelRows = simd::kLanes == 16 ? 12 : simd::kOneMultiplyAdd ? 6 : 5;

/// Terms that are summed at once: with these a block of a panel stays in the first cache, and a
/// block of some hundred rows in the second. Part of what a result is, to the bit.
inline constexpr Index kBlockDepth = 256;
static_assert(kBlockDepth % PackedMatrix::kScaleGroup == 0);

/// out += x · panel, for Rows rows of x: the micro-kernel.
/// x: [K, Rows], packed. panel: [K, kPanelCols]. out: [Rows, kPanelCols].
/// Each value of out is one chain of multiply-adds over k, the same for every Rows.
template <Index Rows>
void multiply_panel(const float* x, const float* panel, Index K, float* out) {
  using simd::Floats;
  using simd::kLanes;
  constexpr auto kCount = static_cast<std::size_t>(Rows);
  std::array<std::array<Floats, 2>, kCount> sums{};
  for (Index k = 0; k < K; ++k) {
    const Floats left = simd::load(panel);
    const Floats right = simd::load(panel + kLanes);
#pragma GCC unroll 16
    for (std::size_t row = 0; row < kCount; ++row) {
      const Floats factor = simd::splat(x[row]);
      sums[row][0] = simd::multiply_add(factor, left, sums[row][0]);
      sums[row][1] = simd::multiply_add(factor, right, sums[row][1]);
    }
    x += Rows;
    panel += PackedMatrix::kPanelCols;
  }
#pragma GCC unroll 16
  for (std::size_t row = 0; row < kCount; ++row) {
    simd::store(simd::load(out) + sums[row][0], out);
    simd::store(simd::load(out + kLanes) + sums[row][1], out + kLanes);
    out += PackedMatrix::kPanelCols;
  }
}

/// The kernel for `rows` ≤ kKernelRows.
inline void multiply_panel(Index rows, const float* x, const float* panel, Index K, float* out) {
  using Kernel = void (*)(const float*, const float*, Index, float*);
  static constexpr auto kKernels = []<std::size_t... I>(std::index_sequence<I...>) {
    return std::array<Kernel, sizeof...(I)>{multiply_panel<static_cast<Index>(I) + 1>...};
  }(std::make_index_sequence<static_cast<std::size_t>(kKernelRows)>());
  kKernels[static_cast<std::size_t>(rows - 1)](x, panel, K, out);
}

}  // namespace patchboard
