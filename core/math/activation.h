#pragma once

#include <span>

namespace patchboard {

/// What an MLP's neurons are put through, as `activation_function` in a config.json names it.
enum class Activation {
  kGeluTanh,  ///< `gelu_new`, `gelu_fast`, `gelu_pytorch_tanh`: three writings of one formula
  kGeluErf,   ///< `gelu`
  kRelu,      ///< `relu`
};

/// In place. x: f32. Errors: none.
/// kGeluTanh: x/2 · (1 + tanh(u)) with u = sqrt(2/π) · (x + 0.044715 x³), computed as
/// x / (1 + e^-2u), which is the same and needs one exp.
/// kGeluErf: x · Φ(x) with Φ the normal distribution, within 2e-6 of the true value's size down to
/// x = -5 (at -9, where that is 1e-18, within 5e-6), where 1 + erf in f32 has no digit left.
/// kRelu: 0 for what is negative.
/// Source: Hendrycks and Gimpel 2016, section 2; GPT-2 `gelu`; transformers `activations.py`.
void activate(Activation activation, std::span<float> x);

/// d *= the activation's derivative at x, within 1e-6; 0 for kRelu at 0, as in PyTorch.
/// x, d: [n] f32. Errors: none.
void multiply_by_slope(Activation activation, std::span<const float> x, std::span<float> d);

}  // namespace patchboard
