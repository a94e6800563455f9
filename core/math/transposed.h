#pragma once

#include "core/math/packed_matrix.h"

namespace patchboard {

/// The transpose of a packed matrix [K, N] as the GEMM's kernel reads it, [N, K], in f32. It holds
/// no values: every block is widened and transposed when it is multiplied, which takes less time
/// than writing a transposed copy and reading it again, and no memory.
class Transposed {
 public:
  static constexpr Index kPanelCols = PackedMatrix::kPanelCols;
  /// A panel is made of pieces of many panels of the matrix.
  static constexpr bool kPanelsInOnePiece = false;

  /// The matrix has to outlive this.
  explicit Transposed(const PackedMatrix& matrix) : Transposed(matrix, 0, matrix.cols()) {}
  /// Of some of the matrix's columns. first: a multiple of kPanelCols.
  Transposed(const PackedMatrix& matrix, Index first, Index count)
      : matrix_(matrix), first_(first), count_(count) {}

  [[nodiscard]] Index rows() const { return count_; }
  [[nodiscard]] Index cols() const { return matrix_.rows(); }

  /// Rows [first, first + count) of a panel: [count, kPanelCols], in `room`, which has place for
  /// `count` rows rounded up to a multiple of kPanelCols. first: a multiple of kPanelCols.
  [[nodiscard]] const float* panel(Index panel, Index first, Index count, float* room) const;

 private:
  const PackedMatrix& matrix_;
  Index first_;
  Index count_;
};

}  // namespace patchboard
