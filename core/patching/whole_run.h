#pragma once

#include "core/math/matrix.h"
#include "core/math/thread_pool.h"
#include "core/model/activation_cache.h"
#include "core/model/gpt2.h"
#include "core/patching/patch.h"

namespace patchboard {

/// A patch and the activations that it puts in.
struct Insertion {
  const Patch& patch;
  const ActivationCache& source;  ///< keeps what `kept_of_source` says
};

/// A whole run, every block at every position, and what it kept; with an insertion, the patched
/// run, as plainly as it can be computed: the slow twin of PatchedRuns, with the same bits.
/// embedding: [T, d_model], what enters the first block. Positions of the insertion beyond those of
/// its source are left as they are.
[[nodiscard]] ActivationCache whole_run(const Gpt2& model, ThreadPool& pool, Matrix embedding,
                                        const Kept& kept, const Insertion* insertion = nullptr);

/// The logits of the last `count` positions of a run: [count, vocab_size].
[[nodiscard]] Matrix final_logits(const Gpt2& model, ThreadPool& pool, const ActivationCache& run,
                                  Index count);

}  // namespace patchboard
