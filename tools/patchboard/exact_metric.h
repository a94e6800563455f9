#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tools/patchboard/saved_result.h"

namespace patchboard {

/// A table of one target: [rows, columns].
[[nodiscard]] Matrix table_of(const SweepTables& tables, Measure measure, std::size_t target,
                              const SweepPlan& plan);

/// What first-order estimates are about. name: logit, logit_diff, prob or log_prob.
struct NamedMetric {
  std::string name;
  std::size_t target = 0;
  std::size_t against = 1;  ///< of logit_diff
};

/// As `Session::estimates` takes it.
[[nodiscard]] nlohmann::ordered_json metric_json(const NamedMetric& metric);

/// The metric of the patched runs. Of a continuation the estimate is about its first token, which
/// is not measured alone: NaN.
[[nodiscard]] Matrix exact_metric(const NamedMetric& metric, const Experiment& experiment,
                                  const SweepTables& tables, const SweepPlan& plan);

}  // namespace patchboard
