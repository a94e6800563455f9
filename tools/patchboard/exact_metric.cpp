#include "tools/patchboard/exact_metric.h"

#include <limits>

namespace patchboard {

Matrix table_of(const std::vector<float>& values, std::size_t target, const SweepPlan& plan) {
  return Eigen::Map<const Matrix>(
      values.data() + static_cast<Index>(target) * plan.rows() * plan.columns(), plan.rows(),
      plan.columns());
}

nlohmann::ordered_json metric_json(const NamedMetric& metric) {
  nlohmann::ordered_json json = {{"metric", metric.name}, {"target", metric.target}};
  if (metric.name == "logit_diff") {
    json["against"] = metric.against;
  }
  return json;
}

Matrix exact_metric(const NamedMetric& metric, const Experiment& experiment,
                    const SweepTables& tables, const SweepPlan& plan) {
  const auto& [name, target, against] = metric;
  const bool is_difference = name == "logit_diff";
  if (experiment.targets[target].size() > 1 ||
      (is_difference && experiment.targets[against].size() > 1)) {
    return Matrix::Constant(plan.rows(), plan.columns(), std::numeric_limits<float>::quiet_NaN());
  }
  if (is_difference) {
    return table_of(tables.logit, target, plan) - table_of(tables.logit, against, plan);
  }
  return table_of(name == "logit"  ? tables.logit
                  : name == "prob" ? tables.prob
                                   : tables.log_prob,
                  target, plan);
}

}  // namespace patchboard
