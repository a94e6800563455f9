#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/document/saved_result.h"
#include "tools/patchboard/saved_result.h"

namespace patchboard {

/// The kinds of number that a saved result has beside measures.
enum class Kind {
  kNotFinite,  ///< the cells that are marked so
  kTop,        ///< the places of the most probable tokens
  kEstimate,
  kRankCorrelation,  ///< of the estimates with the exact values
};

/// How far a number may be from the saved one, absolutely. Ranks and places are to be equal, unless
/// logits that are nearer to each other than `logit` decide them.
struct ReplayTolerances {
  double prob = 1e-5;
  double logit = 1e-3;  ///< and what is told from logits without an exponential
  double rank_correlation = 1e-2;
};

/// One kind of number over all of a result.
struct KindComparison {
  std::string_view name;
  double tolerance = 0;
  std::size_t compared = 0;
  std::size_t one_sided = 0;  ///< numbers that only one side has
  double largest = 0;         ///< difference
  std::string where = {};     ///< of the largest, or of the first that is one-sided

  /// NaN is not the same.
  [[nodiscard]] bool same() const { return one_sided == 0 && largest <= tolerance; }
};

/// A saved result beside the same experiment run again.
struct ReplayComparison {
  std::vector<KindComparison> kinds;   ///< of `all_measures()`, then of each `Kind`
  bool same_model = true;              ///< as far as digests tell
  std::size_t skipped_cells = 0;       ///< not computed in the saved result
  std::size_t dropped_estimates = 0;   ///< of several layers, which are no longer made
  std::vector<std::string> otherwise;  ///< sentences: what differs that is no number

  [[nodiscard]] bool same() const;
};

/// The experiment run again. estimates, correlations: [sweep], or empty.
struct Replayed {
  std::vector<SweepTables> tables;
  std::vector<Matrix> estimates = {};
  std::vector<std::optional<double>> correlations = {};
};

/// digest: of the model in use; empty where it says nothing about the saved one's.
[[nodiscard]] ReplayComparison compare_with_saved(const SavedResult& saved, Lab& lab,
                                                  const Replayed& again, const std::string& digest,
                                                  const ReplayTolerances& tolerances);

}  // namespace patchboard
