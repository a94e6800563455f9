#pragma once

#include <vector>

#include "core/math/matrix.h"

namespace patchboard {

/// Where two vectors differ most: at most `count` of their indices, the largest absolute
/// difference first, equal ones in the order of the indices. before, after: [n], finite, and so is
/// their difference. count: at least 0.
[[nodiscard]] std::vector<Index> largest_changes(const Vector& before, const Vector& after,
                                                 Index count);

}  // namespace patchboard
