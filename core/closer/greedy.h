#pragma once

#include <span>
#include <vector>

#include "core/math/matrix.h"
#include "core/math/thread_pool.h"
#include "core/model/gpt2.h"
#include "core/patching/whole_run.h"
#include "core/token_id.h"

namespace patchboard {

/// A prompt's run that has kept qkv, to be continued. embedding: [T, d_model]. edits: what is
/// changed in the prompt.
[[nodiscard]] ActivationCache begun_run(const Gpt2& model, ThreadPool& pool, Matrix embedding,
                                        std::span<const Edit> edits = {});

/// The most probable token, again and again: at most `count`, fewer where n_positions ends or where
/// the logits are no longer finite. runs: of `begun_run`, all as long as each other; of several,
/// the mean of their probabilities decides, and all are continued by the same tokens.
[[nodiscard]] std::vector<TokenId> greedy(const Gpt2& model, ThreadPool& pool,
                                          std::vector<ActivationCache> runs, Index count);

}  // namespace patchboard
