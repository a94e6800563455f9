#include "core/math/packed_rows.h"

#include <algorithm>

namespace patchboard {

PackedRows::PackedRows(ThreadPool& pool, Index rows, Index cols, const Source& source)
    : rows_(rows), cols_(cols), values_(static_cast<std::size_t>(rows * cols)) {
  const Index slivers = (rows + kKernelRows - 1) / kKernelRows;
  pool.parallel_for(slivers, [&](Index index) {
    const Index first = index * kKernelRows;
    AlignedBuffer<float> values(static_cast<std::size_t>(cols));
    for (Index row = first; row < first + sliver_rows(first); ++row) {
      source(row, values.data());
      pack_row(row, values.data());
    }
  });
}

PackedRows::PackedRows(ThreadPool& pool, const MatrixView& x)
    : PackedRows(pool, x.rows(), x.cols(),
                 [&](Index m, float* values) { std::copy_n(x.row(m).data(), x.cols(), values); }) {}

Index PackedRows::sliver_rows(Index first) const { return std::min(kKernelRows, rows_ - first); }

Index PackedRows::offset(Index first, Index col) const {
  return col * rows_ + first * std::min(kBlockDepth, cols_ - col);
}

void PackedRows::pack_row(Index row, const float* values) {
  const Index lane = row % kKernelRows;
  const Index stride = sliver_rows(row - lane);
  for (Index col = 0; col < cols_; col += kBlockDepth) {
    float* packed = values_.data() + offset(row - lane, col) + lane;
    const Index count = std::min(kBlockDepth, cols_ - col);
    for (Index i = 0; i < count; ++i) {
      packed[i * stride] = values[col + i];
    }
  }
}

}  // namespace patchboard
