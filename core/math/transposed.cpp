#include "core/math/transposed.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace patchboard {
namespace {

using simd::Floats;
using simd::kLanes;

constexpr Index kCols = Transposed::kPanelCols;
// The rows of a square block then lie in one group of scales, as `PackedMatrix::panel` needs it.
static_assert(PackedMatrix::kScaleGroup % kCols == 0);

using Square = std::array<float, static_cast<std::size_t>(kCols* kCols)>;
using LaneRows = std::array<Floats, static_cast<std::size_t>(kLanes)>;

/// a and b, lane by lane in turn, in two vectors.
template <int... I>
[[gnu::always_inline]] inline std::pair<Floats, Floats> interleave(
    Floats a, Floats b, std::integer_sequence<int, I...> /*lanes*/) {
  constexpr int kCount = static_cast<int>(kLanes);
  return {__builtin_shufflevector(a, b, (I / 2 + I % 2 * kCount)...),
          __builtin_shufflevector(a, b, ((kCount + I) / 2 + I % 2 * kCount)...)};
}

/// [kLanes, kLanes], in registers. from, to: of a block with rows of kCols values.
///
/// With 2^n lanes, interleaving rows i and i + 2^(n-1) into rows 2i and 2i + 1 rotates the bits of
/// a value's place, row and lane together, by one; n times of it exchange the two.
void transpose_lanes(const float* from, float* to) {
  LaneRows rows;
#pragma GCC unroll 16
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i] = simd::load(from + static_cast<Index>(i) * kCols);
  }
#pragma GCC unroll 4
  for (std::size_t step = 1; step < rows.size(); step *= 2) {
    const LaneRows before = rows;
#pragma GCC unroll 8
    for (std::size_t i = 0; i < rows.size() / 2; ++i) {
      const auto [low, high] = interleave(before[i], before[i + rows.size() / 2],
                                          std::make_integer_sequence<int, kLanes>{});
      rows[2 * i] = low;
      rows[2 * i + 1] = high;
    }
  }
#pragma GCC unroll 16
  for (std::size_t i = 0; i < rows.size(); ++i) {
    simd::store(rows[i], to + static_cast<Index>(i) * kCols);
  }
}

/// from, to: [kCols, kCols].
void transpose_square(const float* from, float* to) {
  for (Index row = 0; row < kCols; row += kLanes) {
    for (Index col = 0; col < kCols; col += kLanes) {
      transpose_lanes(from + row * kCols + col, to + col * kCols + row);
    }
  }
}

}  // namespace

const float* Transposed::panel(Index panel, Index first, Index count, float* room) const {
  const Index row = panel * kCols;
  const Index rows = std::min(kCols, matrix_.rows() - row);
  Square padded{};  // zeros in rows beyond the matrix
  for (Index done = 0; done < count; done += kCols) {
    const float* square = matrix_.panel((first_ + first + done) / kCols, row, rows, padded.data());
    if (rows < kCols && square != padded.data()) {
      std::copy_n(square, rows * kCols, padded.data());
      square = padded.data();
    }
    transpose_square(square, room + done * kCols);
  }
  return room;
}

}  // namespace patchboard
