#include <iomanip>
#include <optional>
#include <utility>

#include "tools/patchboard/experiment_input.h"
#include "tools/patchboard/experiment_options.h"
#include "tools/patchboard/pairs_result.h"
#include "tools/patchboard/saved_result.h"
#include "tools/patchboard/sweep_map.h"

namespace patchboard {
namespace {

using Json = nlohmann::ordered_json;

/// "1 pair", "2 pairs"
std::string counted_pairs(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " pair" : " pairs");
}

Json matrix_or_null(const std::optional<Matrix>& matrix) {
  return matrix ? matrix_json(*matrix) : Json();
}

Json means_json(const MetricOverPairs& metric) {
  return {{"mean", matrix_or_null(metric.change().mean())},
          {"deviation", matrix_or_null(metric.change().deviation())},
          {"share_of_means", matrix_or_null(metric.share_of_means())},
          {"mean_of_shares", matrix_or_null(metric.shares().mean())},
          {"deviation_of_shares", matrix_or_null(metric.shares().deviation())},
          {"pairs_with_share", metric.shares().count()}};
}

/// Of each target each of these [target], or of the whole run these.
Json measure_json(const SweepMeans& means, Measure measure) {
  if (!traits_of(measure).of_target) {
    return means_json(means.of(measure));
  }
  Json json = Json::object();
  for (const MetricOverPairs& target : means.measures[static_cast<std::size_t>(measure)]) {
    const Json means_of_target = means_json(target);
    for (const auto& [name, value] : means_of_target.items()) {
      json[name].push_back(value);
    }
  }
  return json;
}

void print_map(std::ostream& out, const PairsResult& result, std::size_t sweep,
               const std::string& title, const Matrix& values, std::vector<std::string> tokens) {
  print_sweep_map(out, result.plans[sweep],
                  {.title = title,
                   .values = values,
                   .rows = row_labels(result.plans[sweep]),
                   .tokens = std::move(tokens),
                   .not_finite = result.means[sweep].not_finite});
}

void print_changes(std::ostream& out, const PairsResult& result, std::size_t sweep,
                   std::size_t target) {
  const SweepPlan& plan = result.plans[sweep];
  const Spread& prob = result.means[sweep].of(Measure::kProb, target).change();
  out << sweep_title(plan) << ", prob of target " << target + 1 << ", mean over "
      << counted_pairs(result.pairs.size()) << '\n';
  const std::optional<Matrix> deviation = prob.deviation();
  const bool of_positions =
      plan.columns_are_positions() || plan.axes() == SweepPlan::Axes::kHeadQueryKey;
  const auto labels = of_positions ? result.labels : std::vector<std::string>();
  if (const std::optional<Matrix> mean = prob.mean()) {
    print_map(out, result, sweep, axes_title(plan), *mean,
              deviation ? std::vector<std::string>() : labels);
  }
  if (deviation) {
    print_map(out, result, sweep,
              "its standard deviation over " + counted_pairs(result.pairs.size()), *deviation,
              labels);
  } else {
    out << "  a single pair has no standard deviation\n";
  }
}

void print_share(std::ostream& out, const PairsResult& result, std::size_t sweep,
                 const std::string& name, const MetricOverPairs& metric,
                 const std::string& normalised) {
  const SweepPlan& plan = result.plans[sweep];
  const bool of_means = normalised == kShareOfMeans;
  const std::string pairs = counted_pairs(result.pairs.size());
  out << sweep_title(plan) << ", " << name << ", as a share of the way from the corrupted to "
      << "the clean run; "
      << (of_means ? "share of means: metric means over " + pairs + " first, then normalised"
                   : "mean of shares: each pair normalised, then the mean over " +
                         std::to_string(metric.shares().count()) + " of " + pairs)
      << '\n';
  const std::optional<Matrix> values = of_means ? metric.share_of_means() : metric.shares().mean();
  if (values) {
    print_map(out, result, sweep, "shares, 0 is the corrupted run and 1 the clean one", *values,
              {});
  } else {
    out << "  none: the clean and the corrupted run are too near each other\n";
  }
}

}  // namespace

SweepMeans::SweepMeans(std::size_t target_count, std::size_t cells)
    : not_finite(cells, 0), logit_diff(traits_of(Measure::kLogit).least_gap) {
  for (const Measure measure : all_measures()) {
    const MeasureTraits& traits = traits_of(measure);
    measures.emplace_back(traits.of_target ? target_count : 1, MetricOverPairs(traits.least_gap));
  }
}

Json pairs_json(const Session& session, const PairsResult& result,
                const PairsArguments& arguments) {
  Json sweeps = Json::array();
  for (std::size_t sweep = 0; sweep < result.plans.size(); ++sweep) {
    const SweepPlan& plan = result.plans[sweep];
    const SweepMeans& means = result.means[sweep];
    Json json = {{"site", site_name(plan.settings().site)},
                 {"direction", direction_name(plan.settings().direction)},
                 {"axes", axes_name(plan.axes())}};
    for (const Measure measure : all_measures()) {
      json[traits_of(measure).name] = measure_json(means, measure);
    }
    json["not_finite"] = cells_json(means.not_finite, plan);
    if (result.targets > 1) {
      json["logit_diff"] = means_json(means.logit_diff);
    }
    sweeps.push_back(std::move(json));
  }
  Json json = {{"model", model_json(session, arguments)}};
  put_prompt_keys(arguments.prompts, json);
  json.update({{"tokens", result.tokens},
               {"effects", sweeps},
               {"pairs", result.pairs},
               {"left_out", result.left_out}});
  return json;
}

void print_pairs(std::ostream& out, const PairsResult& result, const std::string& normalised) {
  out << std::setprecision(4);
  for (std::size_t sweep = 0; sweep < result.plans.size(); ++sweep) {
    const SweepMeans& means = result.means[sweep];
    for (std::size_t target = 0; target < result.targets; ++target) {
      if (normalised.empty()) {
        print_changes(out, result, sweep, target);
      } else {
        print_share(out, result, sweep, "prob of target " + std::to_string(target + 1),
                    means.of(Measure::kProb, target), normalised);
      }
    }
    if (!normalised.empty() && result.targets > 1) {
      print_share(out, result, sweep, "logit of target 1 - logit of target 2", means.logit_diff,
                  normalised);
    }
  }
  for (const Json& pair : result.left_out) {
    out << "left out: " << pair["name"].get<std::string>() << ": "
        << pair["reason"].get<std::string>() << '\n';
  }
}

}  // namespace patchboard
