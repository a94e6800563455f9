#pragma once

#include "core/attribution/gradients.h"
#include "core/math/matrix.h"
#include "core/math/thread_pool.h"
#include "core/model/activation_cache.h"
#include "core/model/gpt2.h"

namespace patchboard {

/// What a run has to keep for `backward`.
[[nodiscard]] Kept kept_of_backward();

/// The gradients of a metric with respect to every activation of a run, by one pass from the last
/// block to the first. base: the run, which kept `kept_of_backward()`. d_logits: [count,
/// vocab_size], the gradient with respect to the logits of the last `count` positions.
/// The same bits for any number of threads. Errors: none; shapes are preconditions.
/// Source: Rumelhart et al. 1986; the inverse of each line of Gpt2::run_block.
[[nodiscard]] Gradients backward(const Gpt2& model, ThreadPool& pool, const ActivationCache& base,
                                 const MatrixView& d_logits);

}  // namespace patchboard
