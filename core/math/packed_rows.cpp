#include "core/math/packed_rows.h"

#include <algorithm>

namespace patchboard {

PackedRows::PackedRows(ThreadPool& pool, Index rows, Index cols, const Source& source)
    : rows_(rows), cols_(cols), values_(static_cast<std::size_t>(rows * cols)) {
  const Index slivers = (rows + kKernelRows - 1) / kKernelRows;
  pool.parallel_for(slivers, [&](Index index) {
    const Index first = index * kKernelRows;
    const Index count = sliver_rows(first);
    AlignedBuffer<float> row(static_cast<std::size_t>(cols));
    float* packed = values_.data() + first * cols;
    for (Index i = 0; i < count; ++i) {
      source(first + i, row.data());
      for (Index col = 0; col < cols; ++col) {
        packed[col * count + i] = row.data()[col];
      }
    }
  });
}

PackedRows::PackedRows(ThreadPool& pool, const MatrixView& x)
    : PackedRows(pool, x.rows(), x.cols(),
                 [&](Index m, float* values) { std::copy_n(x.row(m).data(), x.cols(), values); }) {}

Index PackedRows::sliver_rows(Index first) const { return std::min(kKernelRows, rows_ - first); }

const float* PackedRows::sliver(Index first, Index col) const {
  return values_.data() + first * cols_ + col * sliver_rows(first);
}

}  // namespace patchboard
