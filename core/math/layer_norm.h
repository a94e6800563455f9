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

}  // namespace patchboard
