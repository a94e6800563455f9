#pragma once

#include <functional>

#include "core/attribution/gradients.h"
#include "core/math/matrix.h"
#include "core/math/thread_pool.h"
#include "core/model/activation_cache.h"
#include "core/model/gpt2.h"

namespace patchboard {

/// What a run has to keep for `backward`.
[[nodiscard]] Kept kept_of_backward();

/// What `backward` hands out of one block; it holds until the next one.
struct BlockOfBackward {
  Index layer;
  const BlockGradients& gradients;
  const Matrix& d_resid_pre;  // [T, d_model]
  const Matrix& pattern;      // [n_head · T, T], of the run itself, which need not keep it
};

/// The gradients of a metric with respect to every activation of a run, by one pass from the last
/// block to the first, block by block, so that no more than one block's are held at a time.
/// base: the run, which kept `kept_of_backward()`. d_logits: [count,
/// vocab_size], the gradient with respect to the logits of the last `count` positions.
/// The same bits for any number of threads. Errors: none; shapes are preconditions.
/// Source: Rumelhart et al. 1986; the inverse of each line of Gpt2::run_block.
void backward(const Gpt2& model, ThreadPool& pool, const ActivationCache& base,
              const MatrixView& d_logits, const std::function<void(const BlockOfBackward&)>& visit);

/// The same, all of them.
[[nodiscard]] Gradients backward(const Gpt2& model, ThreadPool& pool, const ActivationCache& base,
                                 const MatrixView& d_logits);

}  // namespace patchboard
