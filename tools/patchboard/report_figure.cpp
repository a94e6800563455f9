#include "tools/patchboard/report_figure.h"

namespace patchboard {

FigureSweep sweep_figure(Session& session, const Experiment& experiment) {
  Lab& lab = session.start(experiment);
  const SweepPlan& plan = lab.plan(0);
  FigureSweep figure;
  for (std::size_t target = 0; target < experiment.targets.size(); ++target) {
    figure.clean.push_back(lab.clean().of(Measure::kProb, target));
    figure.corrupted.push_back(lab.corrupted().of(Measure::kProb, target));
  }
  figure.difference.assign(experiment.targets.size(), Matrix::Zero(plan.rows(), plan.columns()));
  while (!lab.done()) {
    const LabRow row = lab.step();
    for (std::size_t target = 0; target < figure.difference.size(); ++target) {
      const float* prob = row.values.of(Measure::kProb, target).data();
      figure.difference[target].row(row.layer) =
          Eigen::Map<const Vector>(prob, plan.columns()).array() - figure.corrupted[target];
    }
  }
  return figure;
}

}  // namespace patchboard
