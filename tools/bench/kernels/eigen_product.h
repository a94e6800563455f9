#pragma once

#include "core/math/matrix.h"

namespace patchboard {

/// out = x · w by Eigen, in a file of its own: in WebAssembly Eigen needs flags that the core does
/// not.
void eigen_product(const Matrix& x, const Matrix& w, Matrix& out);

}  // namespace patchboard
