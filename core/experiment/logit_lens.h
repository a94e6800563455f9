#pragma once

#include <span>
#include <vector>

#include "core/math/thread_pool.h"
#include "core/model/activation_cache.h"
#include "core/model/gpt2.h"
#include "core/token_id.h"

namespace patchboard {

/// What the model would say if it ended after each layer; [layer][position], flat.
struct LogitLens {
  std::vector<TokenId> top;
  std::vector<float> top_prob;
  std::vector<float> prob;  ///< [target][layer][position], flat
};

/// The final norm and the unembedding of every resid_post.
/// Source: nostalgebraist 2020, "interpreting GPT: the logit lens".
[[nodiscard]] LogitLens logit_lens(const Gpt2& model, ThreadPool& pool, const ActivationCache& run,
                                   std::span<const TokenId> targets);

}  // namespace patchboard
