#pragma once

#include <optional>
#include <vector>

#include "core/lab/lab.h"
#include "core/model/top_k.h"
#include "core/token_id.h"

namespace patchboard {

/// How a patch changed one token's probability.
struct ProbabilityChange {
  TokenId token = 0;
  float before = 0;  ///< in the run that is patched
  float after = 0;
};

/// Noise in more samples is not continued: each would have to be, together with the others.
inline constexpr Index kMaxContinuedSamples = 16;

/// One patched run, looked at closely. Of noise, the mean over the samples, as in the heatmap.
struct CellDetails {
  bool finite = true;  ///< where not, the patched run's logits are not, and there is nothing of it
  std::vector<Prediction> top = {};
  std::vector<ProbabilityChange> changed = {};  ///< the largest changes first
  /// Greedy continuations of the three runs; the patch stays in place. Of noise, the token that is
  /// most probable in the mean over the samples.
  std::vector<TokenId> clean = {};
  std::vector<TokenId> corrupted = {};
  std::vector<TokenId> patched = {};
  bool continued = true;  ///< whether the latter two were; not of more than kMaxContinuedSamples
};

/// A cell, and how much of it is wanted.
struct CellQuestion {
  Index sweep = 0;
  Index row = 0;     ///< of the sweep's heatmap
  Index column = 0;  ///< of the sweep's heatmap
  Index top = 10;    ///< tokens
  /// Tokens; continuations end where the model reads no further (n_positions).
  Index continuation = 10;
  std::optional<Index> sample = std::nullopt;  ///< of noise, one alone in place of the mean
};

[[nodiscard]] CellDetails inspect_cell(const Gpt2& model, ThreadPool& pool, Lab& lab,
                                       const CellQuestion& question);

}  // namespace patchboard
