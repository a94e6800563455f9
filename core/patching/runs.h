#pragma once

#include <optional>
#include <span>
#include <vector>

#include "core/patching/corruption.h"
#include "core/patching/prompt_run.h"
#include "core/patching/site.h"

namespace patchboard {

/// Which run is patched with values of which.
enum class Direction {
  kDenoising,  ///< clean values into the corrupted run: what is sufficient to restore the answer
  kNoising,    ///< corrupted values, zeros or means into the clean run: what is necessary for it
};

/// What is sure to be asked for of each run.
struct KeptOfRuns {
  Kept clean;
  Kept corrupted;
};

/// The runs that sweeps are between. Of noise, several corrupted ones; of an ablation, none, but
/// activations to put in.
class Runs {
 public:
  /// clean, corrupted: of the same length; for corruptions other than a prompt only `clean` is
  /// read. continuation: tokens that are appended to both, so that what comes after each can be
  /// read.
  Runs(const Gpt2& model, ThreadPool& pool, std::span<const TokenId> clean,
       std::span<const TokenId> corrupted, std::span<const TokenId> continuation,
       const Corruption& corruption, const KeptOfRuns& kept);

  [[nodiscard]] PromptRun& clean() { return clean_; }
  [[nodiscard]] const PromptRun& clean() const { return clean_; }
  /// Of an ablation, the clean run: nothing is corrupted before it is patched.
  [[nodiscard]] PromptRun& corrupted(Index sample = 0);
  [[nodiscard]] const PromptRun& corrupted(Index sample = 0) const;
  [[nodiscard]] Index samples() const { return samples_; }

  /// Left of it clean and corrupted activations agree; 0 for ablations.
  [[nodiscard]] Index first_difference() const { return first_difference_; }
  /// Positions of the prompt, without the continuation.
  [[nodiscard]] Index prompt_length() const { return prompt_length_; }
  /// Positions of the runs.
  [[nodiscard]] Index n_positions() const { return n_positions_; }

  /// The run that is patched, and the activations that are put in, for a direction and a sample.
  [[nodiscard]] const ActivationCache& base(Direction direction, Index sample, const Kept& kept);
  [[nodiscard]] const ActivationCache& source(Direction direction, Index sample, const Kept& kept);

 private:
  const Gpt2& model_;
  ThreadPool& pool_;
  Corruption corruption_;
  Index prompt_length_;
  Index n_positions_;
  Index samples_;
  Index first_difference_ = 0;
  PromptRun clean_;
  std::vector<PromptRun> corrupted_;
  std::optional<ActivationCache> constant_;
  Kept constant_kept_;
};

}  // namespace patchboard
