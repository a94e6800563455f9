#include "core/lab/estimates.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "core/attribution/attribution.h"
#include "core/error.h"
#include "core/input/input_value.h"

namespace patchboard {
namespace {

constexpr float kNone = std::numeric_limits<float>::quiet_NaN();

/// From single positions to the spans that begin at them.
Matrix summed(const Matrix& cells, Index span) {
  Matrix sums = Matrix::Zero(cells.rows(), cells.cols());
  for (Index row = 0; row < cells.rows(); ++row) {
    for (Index col = 0; col < cells.cols(); ++col) {
      sums(row, col) = cells.row(row).segment(col, std::min(span, cells.cols() - col)).sum();
    }
  }
  return sums;
}

/// What all sweeps need of a run, together.
Kept kept_of(const std::vector<SweepSettings>& sweeps, Kept (*of_site)(Site), Kept kept = {}) {
  for (const SweepSettings& settings : sweeps) {
    kept = kept.with(of_site(settings.site));
  }
  return kept;
}

/// Reads the estimates of some sweeps off the gradients, as they come.
class Attributor : public GradientVisitor {
 public:
  /// sweeps: whether each is read. maps: [sweep], [n_layer, …]; get the estimates.
  Attributor(const std::vector<SweepSettings>& sweeps, Direction direction,
             const ActivationCache& source, const Config& config, std::vector<Matrix>& maps)
      : sweeps_(sweeps), direction_(direction), source_(source), config_(config), maps_(maps) {}

  [[nodiscard]] bool wants(Site site) const override {
    return std::ranges::any_of(sweeps_,
                               [&](const SweepSettings& sweep) { return is_own(sweep, site); });
  }
  void visit(Site site, Index layer, const MatrixView& values,
             const MatrixView& gradient) override {
    for (std::size_t sweep = 0; sweep < sweeps_.size(); ++sweep) {
      if (is_own(sweeps_[sweep], site)) {
        attribute({.site = site, .layer = layer, .values = values, .gradient = gradient}, source_,
                  sweeps_[sweep].by_position, config_, maps_[sweep]);
      }
    }
  }

 private:
  [[nodiscard]] bool is_own(const SweepSettings& sweep, Site site) const {
    return sweep.site == site && sweep.direction == direction_;
  }

  const std::vector<SweepSettings>& sweeps_;
  Direction direction_;
  const ActivationCache& source_;
  const Config& config_;
  std::vector<Matrix>& maps_;
};

/// From layers' single cells to the cells of a sweep.
Matrix cells_of(const Matrix& all, const SweepPlan& plan) {
  const auto& [site, direction, by_position, window, span] = plan.settings();
  // Where rows are heads, a layer's row is its heads' one after the other: the plan's rows.
  Matrix cells = Eigen::Map<const Matrix>(all.data(), plan.rows(), plan.columns());
  if (span > 1) {
    cells = summed(cells, span);
  }
  for (Index row = 0; row < plan.rows(); ++row) {
    const bool is_single = plan.patch(row, 0).layers.count == 1;
    for (Index column = 0; column < plan.columns(); ++column) {
      if (!is_single || !plan.has(row, column)) {
        cells(row, column) = kNone;
      }
    }
  }
  return cells;
}

// Coordinates of gradients with respect to the logits: the token's own, and of all tokens the
// softmax. Of a probability each is a vector of its own, since its length differs from run to run.
constexpr int kSoftmax = -1;

SparseVector coordinates_of(const Question& question) {
  switch (question.metric) {
    case Metric::kLogit:
      return {{question.target, 1}};
    case Metric::kLogitDiff: {
      SparseVector difference = {{question.target, 1}};
      difference[question.against] -= 1;
      return difference;
    }
    case Metric::kLogProb:
      return {{question.target, 1}, {kSoftmax, -1}};
    case Metric::kProb:
      return {{kSoftmax - 1 - question.target, 1}};
  }
  return {};
}

}  // namespace

MetricOfTargets read_metric(std::string_view text, const Experiment& experiment) {
  constexpr std::array kMetrics = {Metric::kLogit, Metric::kLogitDiff, Metric::kProb,
                                   Metric::kLogProb};
  const InputValue json =
      InputValue::parse(text, {.code = ErrorCode::kExperiment, .name = "metric"});
  json.require_keys({"metric", "target", "against"});
  const Index last = std::ssize(experiment.targets) - 1;
  MetricOfTargets metric{
      .metric = kMetrics[json.at("metric").name_of({"logit", "logit_diff", "prob", "log_prob"})],
      .target = json.at("target").whole<Index>(0, last),
      .against = 0};
  if (metric.metric == Metric::kLogitDiff) {
    metric.against = json.at("against").whole<Index>(0, last);
  }
  return metric;
}

Question Estimator::question_of(const MetricOfTargets& metric) const {
  const auto token = [&](Index target) {
    return lab_.experiment().targets[static_cast<std::size_t>(target)].front();
  };
  return {
      .metric = metric.metric, .target = token(metric.target), .against = token(metric.against)};
}

std::vector<Matrix> Estimator::of(const MetricOfTargets& metric) {
  const Question question = question_of(metric);
  std::optional<std::vector<double>> factors = span_.factors_of(coordinates_of(question));
  if (!factors) {
    LinearSpan span = span_;
    span.add(coordinates_of(question));
    maps_.reserve(maps_.size() + 1);
    maps_.push_back(maps_of(question));
    span_ = std::move(span);
    return maps_.back();
  }
  Maps maps;
  for (std::size_t sweep = 0; sweep < lab_.sweeps().size(); ++sweep) {
    const SweepPlan& plan = lab_.plan(static_cast<Index>(sweep));
    Matrix& sum = maps.emplace_back(Matrix::Zero(plan.rows(), plan.columns()));
    for (std::size_t gradient = 0; gradient < factors->size(); ++gradient) {
      if ((*factors)[gradient] != 0) {
        sum += static_cast<float>((*factors)[gradient]) * maps_[gradient][sweep];
      }
    }
  }
  return maps;
}

Estimator::Maps Estimator::maps_of(const Question& question) {
  Maps sums;
  for (Index sweep = 0; sweep < std::ssize(lab_.sweeps()); ++sweep) {
    sums.emplace_back(Matrix::Zero(lab_.plan(sweep).rows(), lab_.plan(sweep).columns()));
  }
  for (const Direction direction : lab_.experiment().directions) {
    for (Index sample = 0; sample < lab_.samples(); ++sample) {
      add_run(question, direction, sample, sums);
    }
  }
  for (Matrix& map : sums) {
    map = map.unaryExpr([](float value) { return std::isfinite(value) ? value : kNone; });
  }
  return sums;
}

/// sums: [sweep]; gets the estimates in one sample, of the sweeps in one direction.
void Estimator::add_run(const Question& question, Direction direction, Index sample, Maps& sums) {
  Runs& runs = lab_.runs();
  const Config& config = model_.config();
  const std::vector<SweepSettings>& sweeps = lab_.sweeps();
  const ActivationCache& source = runs.source(direction, sample, kept_of(sweeps, kept_of_source));
  const ActivationCache& base =
      runs.base(direction, sample, kept_of(sweeps, kept_of_gradient, kept_of_backward()));
  const Matrix logits =
      direction == Direction::kDenoising ? runs.corrupted_logits(sample) : runs.clean_logits();
  Maps layers(sums.size());
  for (std::size_t sweep = 0; sweep < sums.size(); ++sweep) {
    layers[sweep].resize(config.n_layer, sums[sweep].size() / config.n_layer);
  }
  Attributor attributor(sweeps, direction, source, config, layers);
  model_.backward(pool_, base, metric_gradient(question, logits.row(0)), attributor);
  const auto share = 1.0F / static_cast<float>(lab_.samples());
  for (std::size_t sweep = 0; sweep < sums.size(); ++sweep) {
    if (sweeps[sweep].direction == direction) {
      sums[sweep] += share * cells_of(layers[sweep], lab_.plan(static_cast<Index>(sweep)));
    }
  }
}

}  // namespace patchboard
