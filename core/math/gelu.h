#pragma once

#include <span>

namespace patchboard {

/// The tanh form of GELU, in place: x/2 · (1 + tanh(u)) with u = sqrt(2/π) · (x + 0.044715 x³),
/// computed as x / (1 + e^-2u), which is the same and needs one exp. x: f32. Errors: none.
/// Source: Hendrycks and Gimpel 2016, section 2; GPT-2 `gelu`, `gelu_new` in the published configs.
void gelu(std::span<float> x);

/// d *= the derivative of GELU at x: with s = 1 / (1 + e^-2u), that is s + 2x · s · (1 - s) · u'.
/// x, d: [n] f32. Errors: none.
void multiply_by_gelu_slope(std::span<const float> x, std::span<float> d);

}  // namespace patchboard
