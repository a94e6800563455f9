#include "core/patching/prompt_run.h"

#include <utility>

#include "core/patching/whole_run.h"

namespace patchboard {

PromptRun::PromptRun(const Gpt2& model, ThreadPool& pool, Matrix embedding, Index answers,
                     const Kept& kept)
    : model_(model),
      pool_(pool),
      kept_(kept),
      cache_(whole_run(model, pool, std::move(embedding), kept)),
      normed_(model.final_norm(pool, cache_.h.back().resid_post.bottomRows(answers))) {}

const ActivationCache& PromptRun::keeping(const Kept& kept) {
  if (!kept_.covers(kept)) {
    const Kept more = kept_.with(kept);
    cache_ = whole_run(model_, pool_, cache_.embedding, more);
    kept_ = more;
  }
  return cache_;
}

}  // namespace patchboard
