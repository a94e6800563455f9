#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "core/patching/sweep_plan.h"
#include "core/session/session.h"
#include "tools/patchboard/arguments.h"
#include "tools/patchboard/pair_means.h"

namespace patchboard {

/// What is averaged of one sweep.
struct SweepMeans {
  SweepMeans(std::size_t target_count, std::size_t cells);

  [[nodiscard]] MetricOverPairs& of(Measure measure, std::size_t target = 0) {
    return measures[static_cast<std::size_t>(measure)][target];
  }
  [[nodiscard]] const MetricOverPairs& of(Measure measure, std::size_t target = 0) const {
    return measures[static_cast<std::size_t>(measure)][target];
  }

  std::vector<std::vector<MetricOverPairs>> measures;  // [measure][target], or [measure][0]
  std::vector<std::uint8_t> not_finite;                // [row][column], of any pair
  MetricOverPairs logit_diff;                          // of the first two targets, where there are
};

/// What all pairs together give, and what each does.
struct PairsResult {
  std::vector<SweepPlan> plans;     // [sweep]
  std::vector<SweepMeans> means;    // [sweep]
  std::size_t targets = 0;          // of every pair
  std::vector<std::string> labels;  // of positions
  std::size_t tokens = 0;           // of every prompt
  nlohmann::ordered_json pairs = nlohmann::ordered_json::array();
  nlohmann::ordered_json left_out = nlohmann::ordered_json::array();
};

/// Which of the two means of shares: the metric's means over pairs first, then normalised (the
/// field's usual order), or each pair normalised, then the mean.
inline constexpr const char* kShareOfMeans = "share-of-means";
inline constexpr const char* kMeanOfShares = "mean-of-shares";

/// docs/experiment.md, "Templates, and sets of prompt pairs".
[[nodiscard]] nlohmann::ordered_json pairs_json(const Session& session, const PairsResult& result,
                                                const PairsArguments& arguments);

/// normalised: one of the two above, or empty for what patches change.
void print_pairs(std::ostream& out, const PairsResult& result, const std::string& normalised);

}  // namespace patchboard
