#include "core/math/layer_norm.h"

#include <cmath>

namespace patchboard {

void layer_norm(ThreadPool& pool, const MatrixView& x, const Vector& gain, const Vector& bias,
                float eps, MatrixSpan out) {
  pool.parallel_for(x.rows(), [&](Index row) {
    const auto values = x.row(row).array();
    const float mean = values.mean();
    const float variance = (values - mean).square().mean();
    const float scale = 1.0F / std::sqrt(variance + eps);
    out.row(row) = ((values - mean) * scale * gain.array() + bias.array()).matrix();
  });
}

}  // namespace patchboard
