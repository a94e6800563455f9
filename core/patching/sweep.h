#pragma once

#include <cstdint>
#include <vector>

#include "core/math/matrix.h"
#include "core/math/thread_pool.h"
#include "core/model/gpt2.h"
#include "core/patching/plan.h"
#include "core/token_id.h"

namespace patchboard {

/// What to patch: clean resid_post into the corrupted run (denoising), at every layer and position.
/// The prompts have the same length, at least 1, and ids of the vocabulary; `core/session` sees to
/// it.
struct SweepRequest {
  std::vector<TokenId> clean;
  std::vector<TokenId> corrupted;
  std::vector<TokenId> targets;
};

/// Probability and logit of every target at the last position of one run: [target].
struct TargetValues {
  std::vector<float> prob;
  std::vector<float> logit;
};

/// One finished heatmap row; [target][position], flat.
struct SweepRow {
  Index layer = 0;
  std::vector<float> prob;
  std::vector<float> logit;
};

/// A denoising sweep over resid_post, one heatmap row at a time, the last layer (the cheapest)
/// first. Equals, patch by patch and to the bit, a whole run with one activation replaced.
///
/// Keeps of every patched run what the logits of any token can be told from, so that other targets
/// for the same prompts, or a sweep that was broken off, need no row computed twice.
/// Source: Meng et al. 2022 (ROME), section 2.1; Zhang and Nanda 2023, section 2.
class Sweep {
 public:
  /// Runs the clean and the corrupted prompt. `model` and `pool` must outlive the sweep.
  Sweep(const Gpt2& model, ThreadPool& pool, SweepRequest request);

  /// Starts again with other targets.
  void restart(std::vector<TokenId> targets);

  [[nodiscard]] const SweepRequest& request() const { return request_; }
  [[nodiscard]] const SweepPlan& plan() const { return plan_; }
  [[nodiscard]] const Vector& clean_logits() const { return clean_logits_; }
  [[nodiscard]] const Vector& corrupted_logits() const { return corrupted_logits_; }
  [[nodiscard]] const TargetValues& clean() const { return clean_values_; }
  [[nodiscard]] const TargetValues& corrupted() const { return corrupted_values_; }

  [[nodiscard]] bool done() const { return next_layer_ < 0; }
  /// Block-rows to compute from the last start on: those of heatmap rows that were not known.
  [[nodiscard]] double block_rows() const { return block_rows_; }
  /// Those of them that are done.
  [[nodiscard]] double block_rows_done() const { return block_rows_done_; }

  /// The next heatmap row. Not to be called when done.
  [[nodiscard]] SweepRow step();

 private:
  /// The ends of one layer's patched runs, a row each, from the first differing position on (in the
  /// last layer: the last position only).
  struct PatchedEnds {
    Matrix normed;                    // [patches, d_model], after ln_f
    std::vector<double> log_sum_exp;  // [patches], of all logits

    [[nodiscard]] bool known() const { return !log_sum_exp.empty(); }
  };

  [[nodiscard]] TargetValues target_values(const VectorView& logits) const;
  [[nodiscard]] PatchedEnds compute(Index layer) const;
  [[nodiscard]] Matrix final_rows(Index layer, const PatchBatch& batch) const;
  [[nodiscard]] Matrix patched_rows(Index layer, const PatchBatch& batch) const;
  void release_activations();

  const Gpt2& model_;
  ThreadPool& pool_;
  SweepRequest request_;
  SweepPlan plan_;
  ActivationCache clean_cache_;
  ActivationCache corrupted_cache_;
  Vector clean_logits_;
  Vector corrupted_logits_;
  TargetValues clean_values_;
  TargetValues corrupted_values_;
  PackedMatrix target_unembedding_;  // [d_model, targets]
  std::vector<PatchedEnds> ends_;    // [layer]
  Index next_layer_ = 0;
  double block_rows_ = 0;
  double block_rows_done_ = 0;
};

}  // namespace patchboard
