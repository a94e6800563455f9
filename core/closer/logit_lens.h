#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "core/lab/memory_need.h"
#include "core/math/thread_pool.h"
#include "core/model/activation_cache.h"
#include "core/model/gpt2.h"
#include "core/token_id.h"

namespace patchboard {

/// In place of a token where logits are not finite, so that none is the most probable.
inline constexpr TokenId kNoToken = -1;

/// What the model would say if it ended after each layer; [layer][position], flat. Where its logits
/// are not finite, kNoToken and NaN.
struct LogitLens {
  std::vector<TokenId> top;
  std::vector<float> top_prob;
  std::vector<float> prob;  ///< [target][layer][position], flat
};

/// The final norm and the unembedding of every resid_post.
/// Source: nostalgebraist 2020, "interpreting GPT: the logit lens".
[[nodiscard]] LogitLens logit_lens(const Gpt2& model, ThreadPool& pool, const ActivationCache& run,
                                   std::span<const TokenId> targets);

/// The mean of the probabilities over several runs, and the token that is most probable in it.
/// run_of: a run by its number; what it returns is to hold until the next call. It is asked for
/// each run once or, where the probabilities of all tokens in all cells would take more than
/// kMeanLensBytes, once for each part of the cells.
[[nodiscard]] LogitLens mean_logit_lens(const Gpt2& model, ThreadPool& pool, Index runs,
                                        const std::function<const ActivationCache&(Index)>& run_of,
                                        std::span<const TokenId> targets);

}  // namespace patchboard
