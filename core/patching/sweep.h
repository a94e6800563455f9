#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/math/matrix.h"
#include "core/math/thread_pool.h"
#include "core/model/gpt2.h"
#include "core/patching/measures.h"
#include "core/patching/runs.h"
#include "core/patching/sweep_plan.h"

namespace patchboard {

/// One heatmap, a row at a time. Equals, patch by patch and to the bit, whole runs with activations
/// replaced; over several samples of noise, their mean.
///
/// Keeps of every patched run what the logits of any token can be told from, so that other targets,
/// a larger region, or a sweep that was broken off need no patched run twice.
/// Source: Meng et al. 2022 (ROME), section 2.1; Wang et al. 2022 (IOI), section 3.1; Zhang and
/// Nanda 2023, section 2.
class Sweep {
 public:
  /// `model`, `pool` and `runs` are to outlive the sweep.
  Sweep(const Gpt2& model, ThreadPool& pool, Runs& runs, const SweepSettings& settings);

  [[nodiscard]] const SweepPlan& plan() const { return plan_; }
  /// Left to compute in the region.
  [[nodiscard]] double block_rows(const std::optional<Region>& region) const;

  /// A row's patched runs are computed, where they are not known. Returns the block-rows of it.
  /// Where it throws (std::bad_alloc), what is known is what was before.
  double compute(Index row, const std::optional<Region>& region);

  /// The same without keeping anything: the row is measured while it is computed, sample after
  /// sample, with the same bits. block_rows: gets the block-rows of it.
  [[nodiscard]] std::vector<std::optional<Measures>> measure_passing(
      Index row, const std::optional<Region>& region, const Measurer& measurer,
      const Measures& base, double& block_rows);

  /// What is kept, and what `compute` would add to it, in bytes.
  [[nodiscard]] std::uint64_t kept_bytes() const { return kept_bytes_; }
  [[nodiscard]] std::uint64_t row_bytes(Index row, const std::optional<Region>& region) const;
  /// Keeps nothing any more.
  void forget() noexcept;

  /// Measures of each column of a row; none for those that are not computed. base: of the run that
  /// is patched, the mean over samples, for patches that change nothing.
  [[nodiscard]] std::vector<std::optional<Measures>> measure(Index row, const Measurer& measurer,
                                                             const Measures& base) const;

  /// The logits of one cell in one sample: [answers, vocab_size].
  [[nodiscard]] Matrix cell_logits(Index row, Index column, Index sample);

 private:
  /// The ends of a row's patched runs.
  struct RowEnds {
    std::vector<bool> known;     // [column]
    std::vector<Index> run;      // [column], in `normed`; -1 where a patch changes nothing
    std::vector<Matrix> normed;  // [sample], [runs · answers, d_model], after the final norm
    Index count = 0;
  };

  [[nodiscard]] double block_rows_of(const std::vector<PatchBatch>& batches) const;
  [[nodiscard]] Matrix final_rows(const std::vector<PatchBatch>& batches, Index sample) const;
  [[nodiscard]] std::vector<Index> missing(Index row, const std::optional<Region>& region) const;

  const Gpt2& model_;
  ThreadPool& pool_;
  Runs& runs_;
  SweepPlan plan_;
  std::vector<RowEnds> ends_;  // [row]
  std::uint64_t kept_bytes_ = 0;
};

}  // namespace patchboard
