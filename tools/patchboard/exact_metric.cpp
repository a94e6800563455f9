#include "tools/patchboard/exact_metric.h"

#include <algorithm>
#include <limits>
#include <string_view>

namespace patchboard {

Matrix table_of(const SweepTables& tables, Measure measure, std::size_t target,
                const SweepPlan& plan) {
  return Eigen::Map<const Matrix>(tables.values.of(measure, target).data(), plan.rows(),
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
  const auto table = [&](Measure measure, std::size_t index) {
    return table_of(tables, measure, index, plan);
  };
  if (is_difference) {
    return table(Measure::kLogit, target) - table(Measure::kLogit, against);
  }
  const auto named = std::ranges::find(all_measures(), std::string_view(name),
                                       [](Measure measure) { return traits_of(measure).name; });
  return table(*named, target);
}

}  // namespace patchboard
