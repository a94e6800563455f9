#pragma once

#include <span>

#include "core/math/matrix.h"

namespace patchboard {

/// Layer norm: (x - mean) / sqrt(variance + eps) · gain + bias.
/// x, gain, bias, out: [d_model] f32; x and out may alias. eps: as in the config, 1e-5 for GPT-2.
/// The variance is the biased one. Errors: none; shapes are preconditions. Source: Ba et al. 2016,
/// section 3; GPT-2 `norm`.
void layer_norm(std::span<const float> x, const Vector& gain, const Vector& bias, float eps,
                float* out);

/// d_x += the gradient of a function of the layer norm's output, given as d_out, with respect to x.
/// x, gain, d_out, d_x: [d_model] f32. With n = (x - mean) / sqrt(variance + eps), g = d_out ·
/// gain: (g - mean of g - n · mean of g · n) / sqrt(variance + eps).
void add_layer_norm_gradient(std::span<const float> x, const Vector& gain, float eps,
                             std::span<const float> d_out, float* d_x);

}  // namespace patchboard
