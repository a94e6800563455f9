#include "core/math/gemm.h"

#include <algorithm>
#include <array>

#include "core/math/gemm_kernel.h"

namespace patchboard {
namespace {

constexpr Index kPanelCols = PackedMatrix::kPanelCols;

constexpr Index kTileRows = 252 / kKernelRows * kKernelRows;
constexpr Index kTileCols = 128;
constexpr Index kFewRows = 48;
static_assert(kTileCols % kPanelCols == 0);

/// A part of the result: rows [row, row + rows), panels [panel, panel + panels).
struct Tile {
  Index row, rows;
  Index panel, panels;
};

/// sums += x · w for the terms [depth, depth + count) of one panel. sums: [row, kPanelCols].
template <typename Panels>
void multiply_block(const PackedRows& x, const Panels& w, const Tile& tile, Index panel,
                    Index depth, float* room, float* sums) {
  const Index count = std::min(kBlockDepth, w.rows() - depth);
  const float* weights = w.panel(panel, depth, count, room);
  for (Index row = 0; row < tile.rows; row += kKernelRows) {
    const Index first = tile.row + row;
    multiply_panel(x.sliver_rows(first), x.sliver(first, depth), weights, count,
                   sums + row * kPanelCols);
  }
}

/// x · w. sums: [panel, row, kPanelCols], zero on entry.
template <typename Panels>
void multiply_tile(const PackedRows& x, const Panels& w, const Tile& tile, float* sums) {
  AlignedBuffer<float> room(static_cast<std::size_t>(kBlockDepth * kPanelCols));
  const Index K = w.rows();
  const auto block = [&](Index panel, Index depth) {
    multiply_block(x, w, tile, tile.panel + panel, depth, room.data(),
                   sums + panel * tile.rows * kPanelCols);
  };
  // Few rows are bound by reading the weights: in the order of their addresses.
  if (Panels::kPanelsInOnePiece && tile.rows <= kFewRows) {
    for (Index panel = 0; panel < tile.panels; ++panel) {
      for (Index depth = 0; depth < K; depth += kBlockDepth) {
        block(panel, depth);
      }
    }
  } else {
    for (Index depth = 0; depth < K; depth += kBlockDepth) {
      for (Index panel = 0; panel < tile.panels; ++panel) {
        block(panel, depth);
      }
    }
  }
}

/// target = values + bias, or target += values + bias. count ≤ kPanelCols.
void write_row(const float* values, const float* bias, Index count, Output output, float* target) {
  const bool add = output == Output::kAdd;
  if (count < kPanelCols) {
    for (Index i = 0; i < count; ++i) {
      const float value = values[i] + bias[i];
      target[i] = add ? target[i] + value : value;
    }
    return;
  }
  for (Index i = 0; i < kPanelCols; i += simd::kLanes) {
    const simd::Floats value = simd::load(values + i) + simd::load(bias + i);
    simd::store(add ? simd::load(target + i) + value : value, target + i);
  }
}

/// Brings a tile's sums to the columns that are wanted, with bias.
void write_tile(const Tile& tile, const float* sums, Columns columns, const Vector& bias,
                Output output, MatrixSpan& out) {
  for (Index panel = 0; panel < tile.panels; ++panel) {
    const Index start = (tile.panel + panel) * kPanelCols;
    const Index from = std::max(start, columns.first);
    const Index count = std::min(start + kPanelCols, columns.first + columns.count) - from;
    std::array<float, static_cast<std::size_t>(kPanelCols)> panel_bias{};
    if (bias.size() != 0) {
      std::copy_n(bias.data() + from, count, panel_bias.data());
    }
    for (Index row = 0; row < tile.rows; ++row) {
      write_row(sums + (panel * tile.rows + row) * kPanelCols + (from - start), panel_bias.data(),
                count, output, out.row(tile.row + row).data() + (from - columns.first));
    }
  }
}

/// Panels: PackedMatrix or Transposed.
template <typename Panels>
void affine_of(ThreadPool& pool, const PackedRows& x, const Panels& w, Columns columns,
               const Vector& bias, Output output, MatrixSpan out) {
  const Index first_panel = columns.first / kPanelCols;
  const Index end_panel = (columns.first + columns.count + kPanelCols - 1) / kPanelCols;
  constexpr Index kTilePanels = kTileCols / kPanelCols;
  const Index across = (end_panel - first_panel + kTilePanels - 1) / kTilePanels;
  const Index down = (x.rows() + kTileRows - 1) / kTileRows;
  pool.parallel_for(across * down, [&](Index index) {
    const Index row = index % down * kTileRows;
    const Index panel = first_panel + index / down * kTilePanels;
    const Tile tile{row, std::min(kTileRows, x.rows() - row), panel,
                    std::min(kTilePanels, end_panel - panel)};
    AlignedBuffer<float> sums(static_cast<std::size_t>(tile.panels * tile.rows * kPanelCols));
    std::ranges::fill(sums.span(), 0.0F);
    multiply_tile(x, w, tile, sums.data());
    write_tile(tile, sums.data(), columns, bias, output, out);
  });
}

}  // namespace

void affine(ThreadPool& pool, const PackedRows& x, const PackedMatrix& w, Columns columns,
            const Vector& bias, Output output, const MatrixSpan& out) {
  affine_of(pool, x, w, columns, bias, output, out);
}

void affine(ThreadPool& pool, const PackedRows& x, const PackedMatrix& w, const Vector& bias,
            const MatrixSpan& out) {
  affine(pool, x, w, {.first = 0, .count = w.cols()}, bias, Output::kAssign, out);
}

void multiply(ThreadPool& pool, const PackedRows& x, const Transposed& w, const MatrixSpan& out) {
  affine_of(pool, x, w, {.first = 0, .count = w.cols()}, Vector(), Output::kAssign, out);
}

}  // namespace patchboard
