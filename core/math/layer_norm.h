#pragma once

#include "core/math/matrix.h"
#include "core/math/thread_pool.h"

namespace patchboard {

/// Layer norm over the last axis: (x - mean) / sqrt(variance + eps) · gain + bias.
/// x, out: [T, d_model] f32, may alias. gain, bias: [d_model]. eps: as in the config, 1e-5 for
/// GPT-2. The variance is the biased one. Errors: none; shapes are preconditions. Source: Ba et al.
/// 2016, section 3; GPT-2 `norm`.
void layer_norm(ThreadPool& pool, const MatrixView& x, const Vector& gain, const Vector& bias,
                float eps, MatrixSpan out);

}  // namespace patchboard
