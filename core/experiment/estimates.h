#pragma once

#include <string_view>
#include <vector>

#include "core/attribution/metric.h"
#include "core/experiment/lab.h"
#include "core/math/matrix.h"

namespace patchboard {

/// A metric of an experiment: targets by their index; of a continuation, its first token counts.
struct MetricOfTargets {
  Metric metric = Metric::kLogitDiff;
  Index target = 0;
  Index against = 1;  ///< of kLogitDiff only
};

/// {"metric": "logit", "logit_diff", "prob" or "log_prob", "target": 0, "against": 1}.
/// Errors: kExperiment for another form, or a target that the experiment does not have.
[[nodiscard]] MetricOfTargets read_metric(std::string_view json, const Experiment& experiment);

/// What every cell of every sweep would change the metric by, to first order (attribution
/// patching): [sweep], of [rows, columns] each. One backward pass through each run that is patched;
/// the mean over samples of noise. NaN for windows of the residual stream itself, whose layers
/// overwrite each other.
[[nodiscard]] std::vector<Matrix> estimates(const Gpt2& model, ThreadPool& pool, Lab& lab,
                                            const MetricOfTargets& metric);

}  // namespace patchboard
