#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/math/matrix.h"
#include "core/patching/measure.h"
#include "core/token_id.h"

namespace patchboard {

/// Numbers of a saved result, as they were written; none is null.
using SavedNumbers = std::vector<std::optional<double>>;

/// Of each measure, in the order of `all_measures()`: [target], or one number; empty of one that
/// the result, which is older, does not have anywhere.
using SavedMeasures = std::vector<SavedNumbers>;

[[nodiscard]] inline const SavedNumbers& numbers_of(const SavedMeasures& saved, Measure measure) {
  return saved[static_cast<std::size_t>(measure)];
}

struct SavedPrediction {
  TokenId id = 0;
  std::optional<double> logit;
  std::optional<double> prob;
};

/// One heatmap.
struct SavedSweep {
  std::string site;
  std::string direction;
  std::string axes;
  Index targets = 0;
  Index rows = 0;
  Index columns = 0;
  SavedMeasures values;          ///< [target][row][column], flat, or [row][column]
  std::vector<bool> not_finite;  ///< [row][column]; of the other nulls nothing was computed
  SavedNumbers estimate;         ///< [row][column]; empty where there is none
  std::optional<double> estimate_rank_correlation;
};

/// What the estimates are of.
struct SavedMetric {
  std::string name;  ///< as `Session::estimates` knows it
  std::size_t target = 0;
  std::size_t against = 0;  ///< of logit_diff
};

/// What a saved result says beside its experiment: docs/experiment.md, "Saved results". What may be
/// left out there is empty here.
struct SavedResult {
  std::string dtype;  ///< empty where it is not said
  std::string digest;
  std::string tokenizer;  ///< "gpt2" where GPT-2's stood in for one that the model does not have
  std::vector<TokenId> clean;
  std::vector<TokenId> corrupted;
  std::vector<std::vector<TokenId>> targets;
  SavedMeasures clean_run;
  SavedMeasures corrupted_run;
  std::vector<SavedPrediction> top_clean;
  std::vector<SavedPrediction> top_corrupted;
  /// Of noise in several samples: not of their mean, as results were saved before `not_finite`.
  bool top_is_of_first_sample = false;
  std::vector<SavedSweep> sweeps;
  std::optional<SavedMetric> estimate_metric;
};

/// Errors: kExperiment, with the place, what was found and what was expected.
[[nodiscard]] SavedResult read_saved_result(std::string_view json);

}  // namespace patchboard
