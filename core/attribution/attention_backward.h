#pragma once

#include "core/attribution/gradients.h"
#include "core/math/matrix.h"
#include "core/math/thread_pool.h"
#include "core/model/activation_cache.h"

namespace patchboard {

/// The gradients of qkv and pattern of one block's attention.
/// run: which kept qkv. pattern: of the same run, [n_head · T, T]. d_z: [T, d_model]. gradients:
/// gets qkv and pattern. With p the pattern of one head: dp = d_z · vᵀ, dv = pᵀ · d_z; for the
/// scores before the softmax ds = p · (dp - the sum of dp · p over the keys); then dq = ds · k /
/// sqrt(d_head) and dk = dsᵀ · q / sqrt(d_head).
void attention_backward(ThreadPool& pool, const BlockActivations& run, const Matrix& pattern,
                        const Matrix& d_z, Index n_head, BlockGradients& gradients);

}  // namespace patchboard
