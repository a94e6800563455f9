#pragma once

#include <functional>

#include "core/math/aligned_buffer.h"
#include "core/math/gemm_kernel.h"
#include "core/math/matrix.h"
#include "core/math/thread_pool.h"

namespace patchboard {

/// A matrix [M, K] as the GEMM's kernel reads it: slivers of kKernelRows rows, each sliver column
/// after column, the last one with as many rows as are left.
class PackedRows {
 public:
  /// Writes row m to `values`: [K].
  using Source = std::function<void(Index m, float* values)>;

  /// The rows come from `source`, called from several threads: a place for work by rows.
  PackedRows(ThreadPool& pool, Index rows, Index cols, const Source& source);
  PackedRows(ThreadPool& pool, const MatrixView& x);

  [[nodiscard]] Index rows() const { return rows_; }
  [[nodiscard]] Index cols() const { return cols_; }

  /// Rows of the sliver that begins at row `first`, a multiple of kKernelRows.
  [[nodiscard]] Index sliver_rows(Index first) const;
  /// Columns from `col` on of the sliver that begins at row `first`.
  [[nodiscard]] const float* sliver(Index first, Index col) const;

 private:
  Index rows_;
  Index cols_;
  AlignedBuffer<float> values_;
};

}  // namespace patchboard
