#pragma once

#include <functional>

#include "core/math/aligned_buffer.h"
#include "core/math/gemm_kernel.h"
#include "core/math/matrix.h"
#include "core/math/thread_pool.h"

namespace patchboard {

/// A matrix [M, K] as the GEMM's kernel reads it: blocks of kBlockDepth columns, in these slivers
/// of kKernelRows rows, the last one with as many rows as are left, each sliver column after
/// column. What a tile of the product needs of a block is thus in one piece, and fits into a cache
/// whose sets repeat at powers of two.
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
  /// The sliver that begins at row `first`, in the block that begins at column `col`.
  [[nodiscard]] const float* sliver(Index first, Index col) const {
    return values_.data() + offset(first, col);
  }

 private:
  [[nodiscard]] Index offset(Index first, Index col) const;
  void pack_row(Index row, const float* values);

  Index rows_;
  Index cols_;
  AlignedBuffer<float> values_;
};

}  // namespace patchboard
