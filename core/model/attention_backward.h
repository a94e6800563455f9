#pragma once

#include "core/math/matrix.h"
#include "core/math/thread_pool.h"
#include "core/weights/variant.h"

namespace patchboard {

/// Of what attention reads and weighs. Zeros where a query sees no key.
struct AttentionGradients {
  Matrix qkv;      // [T, 3 d_model]
  Matrix scores;   // [n_head · T, T], before the softmax; or empty
  Matrix pattern;  // [n_head · T, T], after it, each entry free
};

/// The gradients of one block's attention. qkv: [T, 3 d_model]. pattern: of the same run,
/// [n_head · T, T]. d_z: [T, d_model]. with_scores: whether those of the scores are wanted. With p
/// the pattern of one head: dp = d_z · vᵀ, dv = pᵀ · d_z; for the scores before the softmax ds =
/// p · (dp - the sum of dp · p over the keys); then dq = ds · k · scale and dk = dsᵀ · q · scale.
[[nodiscard]] AttentionGradients attention_backward(ThreadPool& pool, const Matrix& qkv,
                                                    const Matrix& pattern, const Matrix& d_z,
                                                    const AttentionRule& rule, bool with_scores);

}  // namespace patchboard
