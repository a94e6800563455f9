#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/patching/corruption.h"
#include "core/patching/patch.h"
#include "core/patching/prompt_run.h"

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
  /// read. held: of noise, how many samples' activations are held at a time, 1 at least; those of
  /// the others are computed again whenever they are asked for, with the same bits.
  Runs(const Gpt2& model, ThreadPool& pool, std::span<const TokenId> clean,
       std::span<const TokenId> corrupted, std::span<const TokenId> continuation,
       const Corruption& corruption, const KeptOfRuns& kept, Index held);

  [[nodiscard]] PromptRun& clean() { return clean_; }
  /// Of an ablation, the clean run: nothing is corrupted before it is patched. What is returned
  /// holds until another sample is asked for.
  [[nodiscard]] PromptRun& corrupted(Index sample);
  [[nodiscard]] Index samples() const { return samples_; }

  /// [answers, vocab_size]
  [[nodiscard]] const Matrix& clean_logits() const { return clean_logits_; }
  /// The same of one sample; known of every sample, whatever is held.
  [[nodiscard]] Matrix corrupted_logits(Index sample) const;
  /// Positions whose logits are read: the prompt's last and those of a continuation.
  [[nodiscard]] Index answers() const { return clean_logits_.rows(); }

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
  [[nodiscard]] std::unique_ptr<PromptRun> noised_run(Index sample, const Kept& kept) const;
  [[nodiscard]] PromptRun& corrupted_keeping(Index sample, const Kept& kept);

  const Gpt2& model_;
  ThreadPool& pool_;
  Corruption corruption_;
  double noise_deviation_ = 0;
  Index prompt_length_;
  Index n_positions_;
  Index samples_;
  Index first_difference_ = 0;
  PromptRun clean_;
  Matrix clean_logits_;
  Matrix corrupted_normed_;  // [samples · answers, d_model], after the final norm
  std::vector<std::unique_ptr<PromptRun>> corrupted_;  // of the first samples
  std::unique_ptr<PromptRun> passing_;                 // of one of the others
  Index passing_sample_ = -1;
  std::optional<ActivationCache> constant_;
  Kept constant_kept_;
};

}  // namespace patchboard
