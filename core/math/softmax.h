#pragma once

#include <span>

namespace patchboard {

/// Softmax in place, shifted by the largest value so that nothing overflows.
/// x: [n] f32, n ≥ 1. Errors: none.
void softmax(std::span<float> x);

/// log Σ exp(x), summed in double. x: [n] f32, n ≥ 1.
[[nodiscard]] double log_sum_exp(std::span<const float> x);

}  // namespace patchboard
