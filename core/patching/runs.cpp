#include "core/patching/runs.h"

#include <algorithm>
#include <utility>

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
    case Corruption::Kind::kZero:
    case Corruption::Kind::kMean:
      break;
  }
  return 0;
}

}  // namespace

Runs::Runs(const Gpt2& model, ThreadPool& pool, std::span<const TokenId> clean,
           std::span<const TokenId> corrupted, std::span<const TokenId> continuation,
           const Corruption& corruption, const KeptOfRuns& kept, Index held)
    : model_(model),
      pool_(pool),
      corruption_(corruption),
      prompt_length_(static_cast<Index>(clean.size())),
      n_positions_(static_cast<Index>(clean.size() + continuation.size())),
      samples_(corruption.kind == Corruption::Kind::kNoise ? corruption.samples : 1),
      first_difference_(first_difference_of(clean, corrupted, corruption)),
      clean_(model, pool, model.embed(joined(clean, continuation)),
             static_cast<Index>(continuation.size()) + 1, kept.clean),
      clean_logits_(model.unembed(pool, clean_.normed())) {
  if (corruption.kind == Corruption::Kind::kPrompt) {
    corrupted_.push_back(std::make_unique<PromptRun>(
        model, pool, model.embed(joined(corrupted, continuation)), answers(), kept.corrupted));
    corrupted_normed_ = corrupted_.front()->normed();
  }
  if (corruption.kind == Corruption::Kind::kNoise) {
    noise_deviation_ = corruption.multiple * embedding_deviation(model);
    corrupted_normed_.resize(samples_ * answers(), model.config().d_model);
    const Index stays = held < samples_ ? held - 1 : samples_;
    for (Index sample = 0; sample < samples_; ++sample) {
      const bool is_held = sample < stays;
      std::unique_ptr<PromptRun> run = noised_run(sample, is_held ? kept.corrupted : Kept{});
      corrupted_normed_.middleRows(sample * answers(), answers()) = run->normed();
      if (is_held) {
        corrupted_.push_back(std::move(run));
      }
    }
  }
}

std::unique_ptr<PromptRun> Runs::noised_run(Index sample, const Kept& kept) const {
  return std::make_unique<PromptRun>(
      model_, pool_, noised(clean_.embedding(), corruption_, noise_deviation_, sample), answers(),
      kept);
}

PromptRun& Runs::corrupted(Index sample) { return corrupted_keeping(sample, {}); }

PromptRun& Runs::corrupted_keeping(Index sample, const Kept& kept) {
  if (corruption_.is_ablation()) {
    return clean_;
  }
  if (sample < static_cast<Index>(corrupted_.size())) {
    return *corrupted_[static_cast<std::size_t>(sample)];
  }
  if (passing_sample_ != sample) {
    passing_.reset();
    passing_sample_ = -1;
    passing_ = noised_run(sample, kept);
    passing_sample_ = sample;
  }
  return *passing_;
}

Matrix Runs::corrupted_logits(Index sample) const {
  return corruption_.is_ablation()
             ? clean_logits_
             : model_.unembed(pool_, corrupted_normed_.middleRows(sample * answers(), answers()));
}

const ActivationCache& Runs::base(Direction direction, Index sample, const Kept& kept) {
  return (direction == Direction::kDenoising ? corrupted_keeping(sample, kept) : clean_)
      .keeping(kept);
}

const ActivationCache& Runs::source(Direction direction, Index sample, const Kept& kept) {
  if (direction == Direction::kDenoising) {
    return clean_.keeping(kept);
  }
  if (!corruption_.is_ablation()) {
    return corrupted_keeping(sample, kept).keeping(kept);
  }
  if (!constant_ || !constant_kept_.covers(kept)) {
    const Kept more = constant_kept_.with(kept);
    constant_ = corruption_.kind == Corruption::Kind::kZero
                    ? zero_activations(model_, prompt_length_, more)
                    : mean_activations(model_, pool_, corruption_.prompts, more);
    constant_kept_ = more;
  }
  return *constant_;
}

}  // namespace patchboard
