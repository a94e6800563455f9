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
      logits_(final_logits(model, pool, cache_, answers)) {}

const ActivationCache& PromptRun::keeping(const Kept& kept) {
  if (!kept_.covers(kept)) {
    kept_ = kept_.with(kept);
    cache_ = whole_run(model_, pool_, cache_.embedding, kept_);
  }
  return cache_;
}

}  // namespace patchboard
