#pragma once

#include <span>

#include "core/math/matrix.h"
#include "core/math/thread_pool.h"
#include "core/model/activation_cache.h"
#include "core/model/gpt2.h"
#include "core/patching/edit.h"

namespace patchboard {

/// A whole run, every block at every position, and what it kept; with edits, the edited run, as
/// plainly as it can be computed: the slow twin of PatchedRuns, with the same bits.
/// embedding: [T, d_model], what enters the first block. Positions of an edit beyond those of its
/// source are left as they are. inputs: of [T, d_model] each, of readers that read them in place of
/// the run's residual stream.
[[nodiscard]] ActivationCache whole_run(const Gpt2& model, ThreadPool& pool, Matrix embedding,
                                        const Kept& kept, std::span<const Edit> edits = {},
                                        std::span<const OwnInput> inputs = {});

/// The logits of the last `count` positions of a run: [count, vocab_size]. inputs: as above.
[[nodiscard]] Matrix final_logits(const Gpt2& model, ThreadPool& pool, const ActivationCache& run,
                                  Index count, std::span<const OwnInput> inputs = {});

}  // namespace patchboard
