#pragma once

#include "core/math/matrix.h"
#include "core/math/thread_pool.h"

namespace patchboard {

/// The tanh form of GELU, in place: x/2 · (1 + tanh(sqrt(2/π) · (x + 0.044715 x³))).
/// x: [T, d_mlp] f32. Errors: none.
/// Source: Hendrycks and Gimpel 2016, section 2; GPT-2 `gelu`, `gelu_new` in the published configs.
void gelu(ThreadPool& pool, MatrixSpan x);

}  // namespace patchboard
