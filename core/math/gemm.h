#pragma once

#include "core/math/matrix.h"
#include "core/math/thread_pool.h"

namespace patchboard {

/// out = x · w + bias, the affine map of every projection in GPT-2 (`Conv1D`).
/// x: [M, K]. w: [K, N]. bias: [N]. out: [M, N], must not alias x. All f32.
/// The work is cut into tiles that depend on the shape alone, so that the bits of the result do not
/// depend on the number of threads.
void affine(ThreadPool& pool, const MatrixView& x, const Matrix& w, const Vector& bias,
            MatrixSpan out);

/// out = x · wᵀ, the unembedding.
/// x: [M, K]. w: [N, K]. out: [M, N], must not alias x. All f32. Tiled as `affine` is.
void multiply_transposed(ThreadPool& pool, const MatrixView& x, const Matrix& w, MatrixSpan out);

}  // namespace patchboard
