#pragma once

#include <Eigen/Core>
#include <span>

namespace patchboard {

using Eigen::Index;

/// Row-major f32, as tensors are stored in the published files: one row a position.
using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Vector = Eigen::Matrix<float, 1, Eigen::Dynamic, Eigen::RowMajor>;

/// Views for arguments; a block of a larger matrix binds without a copy.
using MatrixView = Eigen::Ref<const Matrix, 0, Eigen::OuterStride<>>;
using MatrixSpan = Eigen::Ref<Matrix, 0, Eigen::OuterStride<>>;
using VectorView = Eigen::Ref<const Vector>;

/// The values of a row, of a matrix or of a view of one; a vector is its own row 0.
template <typename Rows>
[[nodiscard]] std::span<const float> row_values(const Eigen::DenseBase<Rows>& x, Index row = 0) {
  return {x.derived().row(row).data(), static_cast<std::size_t>(x.cols())};
}

template <typename Rows>
[[nodiscard]] std::span<float> row_values(Eigen::DenseBase<Rows>& x, Index row = 0) {
  return {x.derived().row(row).data(), static_cast<std::size_t>(x.cols())};
}

}  // namespace patchboard
