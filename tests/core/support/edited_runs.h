#pragma once

#include <span>
#include <vector>

#include "core/patching/patched_runs.h"

namespace patchboard::testing {

/// resid_post of the last block at the last positions of every edited run, as PatchedRuns gives it;
/// of those in which nothing changes, the base run's. Returns [run], of [answers, d_model] each.
inline std::vector<Matrix> edited_rows(const Gpt2& model, ThreadPool& pool,
                                       const ActivationCache& base, const ActivationCache& source,
                                       const std::vector<std::vector<Edit>>& runs, Index answers) {
  const PatchedShape shape{
      .n_layer = base.n_layer(), .n_positions = base.n_positions(), .answers = answers};
  std::vector<PatchPlace> places;
  std::vector<Matrix> of_batches;
  for (const PatchBatch& batch : make_batches(runs, shape, &places)) {
    of_batches.push_back(PatchedRuns(model, pool, base, source).final_rows(batch));
  }
  std::vector<Matrix> rows;
  for (const auto& [batch, row] : places) {
    rows.push_back(batch < 0 ? Matrix(base.h.back().resid_post.bottomRows(answers))
                             : Matrix(of_batches[static_cast<std::size_t>(batch)].middleRows(
                                   row * answers, answers)));
  }
  return rows;
}

}  // namespace patchboard::testing
