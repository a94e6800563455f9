#pragma once

#include "core/math/matrix.h"
#include "core/math/thread_pool.h"
#include "core/model/activation_cache.h"
#include "core/model/gpt2.h"

namespace patchboard {

/// One unpatched run: its logits, and its activations as far as they are asked for.
class PromptRun {
 public:
  /// embedding: [T, d_model]. answers: last positions whose logits are wanted. All are to outlive
  /// this.
  PromptRun(const Gpt2& model, ThreadPool& pool, Matrix embedding, Index answers, const Kept& kept);

  /// [T, d_model]
  [[nodiscard]] const Matrix& embedding() const { return cache_.embedding; }
  /// After the final norm: what the answers' logits are told from, [answers, d_model].
  [[nodiscard]] const Matrix& normed() const { return normed_; }

  /// The run's activations; computed again where it kept less. What is returned
  /// holds until more is asked for.
  [[nodiscard]] const ActivationCache& keeping(const Kept& kept);

 private:
  const Gpt2& model_;
  ThreadPool& pool_;
  Kept kept_;
  ActivationCache cache_;
  Matrix normed_;
};

}  // namespace patchboard
