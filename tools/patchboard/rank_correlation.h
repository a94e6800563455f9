#pragma once

#include <optional>

#include "core/math/matrix.h"

namespace patchboard {

/// Spearman's rank correlation of two maps, over the cells where both are numbers; equal values
/// share the mean of their ranks. None where there are fewer than two such cells, or where all
/// values of a map are equal. a, b: of the same size.
[[nodiscard]] std::optional<double> rank_correlation(const Matrix& a, const Matrix& b);

}  // namespace patchboard
