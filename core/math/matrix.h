#pragma once

#include <Eigen/Core>

namespace patchboard {

using Eigen::Index;

/// Row-major f32, as tensors are stored in the published files: one row a position.
using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Vector = Eigen::Matrix<float, 1, Eigen::Dynamic, Eigen::RowMajor>;

/// Views for arguments; a block of a larger matrix binds without a copy.
using MatrixView = Eigen::Ref<const Matrix, 0, Eigen::OuterStride<>>;
using MatrixSpan = Eigen::Ref<Matrix, 0, Eigen::OuterStride<>>;
using VectorView = Eigen::Ref<const Vector>;
using VectorSpan = Eigen::Ref<Vector>;

}  // namespace patchboard
