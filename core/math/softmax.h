#pragma once

#include <span>

namespace patchboard {

/// Softmax in place, shifted by the largest value so that nothing overflows.
/// x: [n] f32, n ≥ 1. Errors: none.
void softmax(std::span<float> x);

/// log Σ exp(x), summed in double. x: [n] f32, n ≥ 1.
[[nodiscard]] double log_sum_exp(std::span<const float> x);

/// The same and, of softmax(x), the entropy in nats.
struct SoftmaxSums {
  double log_sum_exp;
  double entropy;
};
[[nodiscard]] SoftmaxSums softmax_sums(std::span<const float> x);

/// The largest of x, in any number; -infinity of none. NaN is passed over.
[[nodiscard]] float largest(std::span<const float> x);

}  // namespace patchboard
