#pragma once

#include <string_view>
#include <vector>

#include "core/attribution/metric.h"
#include "core/lab/lab.h"
#include "core/lab/linear_span.h"
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

/// What every cell of every sweep would change a metric by, to first order (attribution patching).
///
/// Estimates are linear in the metric's gradient with respect to the logits. So a metric whose
/// gradient is a combination of those before (the difference of two logits, say) is combined of
/// their maps, and takes no backward pass.
class Estimator {
 public:
  /// All are to outlive this; the lab's experiment stays what it is.
  Estimator(const Gpt2& model, ThreadPool& pool, Lab& lab)
      : model_(model), pool_(pool), lab_(lab) {}

  /// [sweep], of [rows, columns] each; the mean over samples of noise. NaN for cells that there is
  /// no estimate of: those of more layers than one, since each layer of such a patch overwrites
  /// what the ones before it change, and where a gradient is not finite.
  [[nodiscard]] std::vector<Matrix> of(const MetricOfTargets& metric);

  /// Backward passes so far, counted once for each direction and sample together.
  [[nodiscard]] Index passes() const { return std::ssize(maps_); }

 private:
  using Maps = std::vector<Matrix>;  // [sweep]

  [[nodiscard]] Question question_of(const MetricOfTargets& metric) const;
  [[nodiscard]] Maps maps_of(const Question& question);
  void add_run(const Question& question, Direction direction, Index sample, Maps& sums);

  const Gpt2& model_;
  ThreadPool& pool_;
  Lab& lab_;
  LinearSpan span_;         // of the gradients that there are maps of
  std::vector<Maps> maps_;  // [gradient]
};

}  // namespace patchboard
