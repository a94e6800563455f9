#include "core/math/softmax.h"

#include <cmath>

namespace patchboard {

void softmax(VectorSpan x) {
  x = (x.array() - x.maxCoeff()).exp().matrix();
  x /= x.sum();
}

double log_sum_exp(const VectorView& x) {
  const float largest = x.maxCoeff();
  return largest + std::log((x.array() - largest).exp().cast<double>().sum());
}

}  // namespace patchboard
