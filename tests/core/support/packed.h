#pragma once

#include <algorithm>

#include "core/math/packed_matrix.h"

namespace patchboard::testing {

inline PackedMatrix packed_by_rows(const Matrix& matrix, WeightFormat format) {
  PackedMatrix packed(matrix.rows(), matrix.cols(), format);
  for (Index first = 0; first < matrix.rows(); first += packed.strip_rows()) {
    const Index count = std::min(packed.strip_rows(), matrix.rows() - first);
    packed.set_rows(first,
                    {matrix.row(first).data(), static_cast<std::size_t>(count * matrix.cols())});
  }
  return packed;
}

inline PackedMatrix packed_by_columns(const Matrix& matrix, WeightFormat format) {
  const Matrix transposed = matrix.transpose();
  PackedMatrix packed(matrix.rows(), matrix.cols(), format);
  for (Index n = 0; n < matrix.cols(); ++n) {
    packed.set_column(n, row_values(transposed, n));
  }
  return packed;
}

/// The values that it stands for: [K, N].
inline Matrix unpacked(const PackedMatrix& packed) {
  Matrix columns(packed.cols(), packed.rows());
  for (Index n = 0; n < packed.cols(); ++n) {
    packed.get_column(n, {columns.row(n).data(), static_cast<std::size_t>(packed.rows())});
  }
  return columns.transpose();
}

}  // namespace patchboard::testing
