#include "core/math/gemm.h"

#include <algorithm>

namespace patchboard {
namespace {

constexpr Index kTileRows = 128;
constexpr Index kTileCols = 512;

/// Calls body(row, col, rows, cols) for every tile of an [M, N] result.
template <typename Body>
void for_each_tile(ThreadPool& pool, Index M, Index N, const Body& body) {
  const Index tiles_down = (M + kTileRows - 1) / kTileRows;
  const Index tiles_across = (N + kTileCols - 1) / kTileCols;
  pool.parallel_for(tiles_down * tiles_across, [&](Index tile) {
    const Index row = tile / tiles_across * kTileRows;
    const Index col = tile % tiles_across * kTileCols;
    body(row, col, std::min(kTileRows, M - row), std::min(kTileCols, N - col));
  });
}

}  // namespace

void affine(ThreadPool& pool, const MatrixView& x, const Matrix& w, const Vector& bias,
            MatrixSpan out) {
  for_each_tile(pool, out.rows(), out.cols(), [&](Index row, Index col, Index rows, Index cols) {
    auto tile = out.block(row, col, rows, cols);
    tile.noalias() = x.middleRows(row, rows) * w.middleCols(col, cols);
    tile.rowwise() += bias.segment(col, cols);
  });
}

void multiply_transposed(ThreadPool& pool, const MatrixView& x, const Matrix& w, MatrixSpan out) {
  for_each_tile(pool, out.rows(), out.cols(), [&](Index row, Index col, Index rows, Index cols) {
    out.block(row, col, rows, cols).noalias() =
        x.middleRows(row, rows) * w.middleRows(col, cols).transpose();
  });
}

}  // namespace patchboard
