#include "core/patching/runs.h"

#include <algorithm>

namespace patchboard {
namespace {

std::vector<TokenId> joined(std::span<const TokenId> prompt, std::span<const TokenId> more) {
  std::vector<TokenId> tokens(prompt.begin(), prompt.end());
  tokens.insert(tokens.end(), more.begin(), more.end());
  return tokens;
}

Index first_difference_of(std::span<const TokenId> clean, std::span<const TokenId> corrupted,
                          const Corruption& corruption) {
  switch (corruption.kind) {
    case Corruption::Kind::kPrompt:
      return std::ranges::mismatch(clean, corrupted).in1 - clean.begin();
    case Corruption::Kind::kNoise:
      return *std::ranges::min_element(corruption.positions);
    default:
      return 0;
  }
}

}  // namespace

Runs::Runs(const Gpt2& model, ThreadPool& pool, std::span<const TokenId> clean,
           std::span<const TokenId> corrupted, std::span<const TokenId> continuation,
           const Corruption& corruption, const KeptOfRuns& kept)
    : model_(model),
      pool_(pool),
      corruption_(corruption),
      prompt_length_(static_cast<Index>(clean.size())),
      n_positions_(static_cast<Index>(clean.size() + continuation.size())),
      samples_(corruption.kind == Corruption::Kind::kNoise ? corruption.samples : 1),
      first_difference_(first_difference_of(clean, corrupted, corruption)),
      clean_(model, pool, model.embed(joined(clean, continuation)),
             static_cast<Index>(continuation.size()) + 1, kept.clean) {
  if (corruption.kind == Corruption::Kind::kPrompt) {
    corrupted_.emplace_back(model, pool, model.embed(joined(corrupted, continuation)),
                            clean_.answers(), kept.corrupted);
  }
  if (corruption.kind == Corruption::Kind::kNoise) {
    const double deviation = corruption.multiple * embedding_deviation(model);
    const Matrix embedding = model.embed(joined(clean, continuation));
    for (Index sample = 0; sample < samples_; ++sample) {
      corrupted_.emplace_back(model, pool, noised(embedding, corruption, deviation, sample),
                              clean_.answers(), kept.corrupted);
    }
  }
}

PromptRun& Runs::corrupted(Index sample) {
  return corrupted_.empty() ? clean_ : corrupted_[static_cast<std::size_t>(sample)];
}

const PromptRun& Runs::corrupted(Index sample) const {
  return corrupted_.empty() ? clean_ : corrupted_[static_cast<std::size_t>(sample)];
}

const ActivationCache& Runs::base(Direction direction, Index sample, const Kept& kept) {
  return (direction == Direction::kDenoising ? corrupted(sample) : clean_).keeping(kept);
}

const ActivationCache& Runs::source(Direction direction, Index sample, const Kept& kept) {
  if (direction == Direction::kDenoising) {
    return clean_.keeping(kept);
  }
  if (!corruption_.is_ablation()) {
    return corrupted(sample).keeping(kept);
  }
  if (!constant_ || !constant_kept_.covers(kept)) {
    constant_kept_ = constant_kept_.with(kept);
    constant_ = corruption_.kind == Corruption::Kind::kZero
                    ? zero_activations(model_, prompt_length_, constant_kept_)
                    : mean_activations(model_, pool_, corruption_.prompts, constant_kept_);
  }
  return *constant_;
}

}  // namespace patchboard
