#pragma once

#include <vector>

#include "core/math/matrix.h"
#include "core/math/thread_pool.h"
#include "core/model/gpt2.h"
#include "core/patching/whole_run.h"
#include "core/token_id.h"

namespace patchboard {

/// The most probable token, again and again: at most `count`, fewer where n_positions ends.
/// embedding: [T, d_model], of the prompt. insertion: what is patched in the prompt, or null.
[[nodiscard]] std::vector<TokenId> greedy(const Gpt2& model, ThreadPool& pool, Matrix embedding,
                                          const Insertion* insertion, Index count);

}  // namespace patchboard
