#include "core/experiment/estimates.h"

#include <algorithm>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "core/attribution/attribution.h"
#include "core/attribution/backward.h"
#include "core/error.h"

namespace patchboard {
namespace {

using Json = nlohmann::json;

bool is_residual(Site site) {
  return site == Site::kResidPre || site == Site::kResidMid || site == Site::kResidPost;
}

/// From single cells to the windows and spans that begin at them.
Matrix summed(const Matrix& cells, Index window, Index span) {
  Matrix sums = Matrix::Zero(cells.rows(), cells.cols());
  for (Index row = 0; row < cells.rows(); ++row) {
    for (Index col = 0; col < cells.cols(); ++col) {
      const Index rows = std::min(window, cells.rows() - row);
      const Index cols = std::min(span, cells.cols() - col);
      sums(row, col) = cells.block(row, col, rows, cols).sum();
    }
  }
  return sums;
}

Kept kept_for(const std::vector<SweepSettings>& sweeps) {
  Kept kept = kept_of_backward();
  for (const SweepSettings& settings : sweeps) {
    kept = kept.with(kept_of_source(settings.site));
  }
  return kept;
}

/// The estimates of one sweep in one sample.
Matrix estimate(const Gradients& gradients, const ActivationCache& base,
                const ActivationCache& source, const SweepPlan& plan, const Config& config) {
  const auto& [site, direction, by_position, window, span] = plan.settings();
  if (window > 1 && is_residual(site)) {
    return Matrix::Constant(plan.rows(), plan.columns(), std::numeric_limits<float>::quiet_NaN());
  }
  // By position, a layer's row is its heads' rows one after the other: the plan's rows.
  const Matrix all = attribute(gradients, base, source, site, by_position, config);
  const Matrix cells = Eigen::Map<const Matrix>(all.data(), plan.rows(), plan.columns());
  return window > 1 || span > 1 ? summed(cells, window, span) : cells;
}

Index read_target(const Json& json, const char* key, Index count) {
  const Json value = json.value(key, Json());
  if (!value.is_number_integer() || value.get<Index>() < 0 || value.get<Index>() >= count) {
    throw Error(ErrorCode::kExperiment, std::string("metric, \"") + key + "\": " + value.dump() +
                                            ", expected a target's index, 0 to " +
                                            std::to_string(count - 1));
  }
  return value.get<Index>();
}

}  // namespace

MetricOfTargets read_metric(std::string_view text, const Experiment& experiment) {
  static const std::map<std::string, Metric> kMetrics = {{"logit", Metric::kLogit},
                                                         {"logit_diff", Metric::kLogitDiff},
                                                         {"prob", Metric::kProb},
                                                         {"log_prob", Metric::kLogProb}};
  const Json json = Json::parse(text, nullptr, false);
  const bool is_named = json.is_object() && json.contains("metric") && json["metric"].is_string();
  const auto found = kMetrics.find(is_named ? json["metric"].get<std::string>() : "");
  if (found == kMetrics.end()) {
    throw Error(ErrorCode::kExperiment,
                "metric: " + std::string(text.substr(0, 60)) +
                    R"(, expected {"metric": "logit", "logit_diff", "prob" or "log_prob", …})");
  }
  const Index count = std::ssize(experiment.targets);
  MetricOfTargets metric{
      .metric = found->second, .target = read_target(json, "target", count), .against = 0};
  if (metric.metric == Metric::kLogitDiff) {
    metric.against = read_target(json, "against", count);
  }
  return metric;
}

std::vector<Matrix> estimates(const Gpt2& model, ThreadPool& pool, Lab& lab,
                              const MetricOfTargets& metric) {
  const auto token = [&](Index target) {
    return lab.experiment().targets[static_cast<std::size_t>(target)].front();
  };
  const Question question{
      .metric = metric.metric, .target = token(metric.target), .against = token(metric.against)};
  const Kept kept = kept_for(lab.sweeps());
  const auto share = 1.0F / static_cast<float>(lab.runs().samples());
  std::vector<Matrix> sums;
  sums.reserve(lab.sweeps().size());
  for (Index sweep = 0; sweep < std::ssize(lab.sweeps()); ++sweep) {
    sums.emplace_back(Matrix::Zero(lab.plan(sweep).rows(), lab.plan(sweep).columns()));
  }
  for (const Direction direction : lab.experiment().directions) {
    for (Index sample = 0; sample < lab.runs().samples(); ++sample) {
      const ActivationCache& source = lab.runs().source(direction, sample, kept);
      const ActivationCache& base = lab.runs().base(direction, sample, kept);
      const Matrix logits = direction == Direction::kDenoising ? lab.runs().corrupted_logits(sample)
                                                               : lab.runs().clean_logits();
      const Gradients gradients =
          backward(model, pool, base, metric_gradient(question, logits.row(0)));
      for (Index sweep = 0; sweep < std::ssize(lab.sweeps()); ++sweep) {
        if (lab.plan(sweep).settings().direction == direction) {
          sums[static_cast<std::size_t>(sweep)] +=
              share * estimate(gradients, base, source, lab.plan(sweep), model.config());
        }
      }
    }
  }
  return sums;
}

}  // namespace patchboard
