#include "core/math/gelu.h"

namespace patchboard {

void gelu(ThreadPool& pool, MatrixSpan x) {
  constexpr float kSqrtTwoOverPi = 0.7978845608028654F;
  constexpr float kCubic = 0.044715F;
  pool.parallel_for(x.rows(), [&](Index row) {
    auto values = x.row(row).array();
    values *= 0.5F * (1.0F + (kSqrtTwoOverPi * (values + kCubic * values.cube())).tanh());
  });
}

}  // namespace patchboard
