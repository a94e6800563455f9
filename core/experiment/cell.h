#pragma once

#include <vector>

#include "core/experiment/lab.h"
#include "core/model/top_k.h"
#include "core/token_id.h"

namespace patchboard {

/// How a patch changed one token's probability.
struct ProbabilityChange {
  TokenId token = 0;
  float before = 0;  ///< in the run that is patched
  float after = 0;
};

/// One patched run, looked at closely. Of noise, that of the first sample.
struct CellDetails {
  std::vector<Prediction> top;
  std::vector<ProbabilityChange> changed;  ///< the largest changes first
  /// Greedy continuations of the three runs; the patch stays in place.
  std::vector<TokenId> clean;
  std::vector<TokenId> corrupted;
  std::vector<TokenId> patched;
};

/// row, column: of the sweep's heatmap. top, continuation: how many tokens; continuations end where
/// the model reads no further (n_positions).
[[nodiscard]] CellDetails inspect_cell(const Gpt2& model, ThreadPool& pool, Lab& lab, Index sweep,
                                       Index row, Index column, Index top, Index continuation);

}  // namespace patchboard
