#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iomanip>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "core/error.h"
#include "tools/patchboard/commands.h"
#include "tools/patchboard/exact_metric.h"
#include "tools/patchboard/experiment_input.h"
#include "tools/patchboard/json_text.h"
#include "tools/patchboard/rank_correlation.h"
#include "tools/patchboard/session_input.h"
#include "tools/patchboard/sweep_map.h"

namespace patchboard {
namespace {

using Json = nlohmann::ordered_json;

/// Everything that was asked for.
struct Outcome {
  std::vector<SweepTables> tables;
  std::vector<Matrix> estimates;                    // [sweep], empty where none are wanted
  std::vector<std::optional<double>> correlations;  // [sweep], of these with the exact maps
  std::vector<SelfCheck> checks;
  double seconds = 0;
};

void require_targets(const std::string& metric, const Experiment& experiment) {
  if (metric == "logit_diff" && experiment.targets.size() < 2) {
    throw Error(ErrorCode::kExperiment,
                "--attribution logit_diff: one target, expected a second, which the first is "
                "compared with");
  }
}

void add_estimates(Session& session, const std::string& metric, Outcome& outcome) {
  Lab& lab = session.lab();
  outcome.estimates = session.estimates(metric_json({metric}).dump());
  for (std::size_t sweep = 0; sweep < outcome.estimates.size(); ++sweep) {
    const Matrix exact = exact_metric({metric}, lab.experiment(), outcome.tables[sweep],
                                      lab.plan(static_cast<Index>(sweep)));
    outcome.correlations.push_back(rank_correlation(outcome.estimates[sweep], exact));
  }
}

Outcome run(Session& session, const PatchArguments& arguments) {
  const auto start = std::chrono::steady_clock::now();
  require_targets(arguments.attribution, session.lab().experiment());
  Outcome outcome;
  outcome.tables = arguments.attribution_only ? unknown_tables(session.lab())
                                              : run_all(session.lab(), isatty(STDERR_FILENO) != 0);
  if (!arguments.attribution.empty()) {
    add_estimates(session, arguments.attribution, outcome);
  }
  if (arguments.check) {
    outcome.checks = session.self_checks();
  }
  outcome.seconds = session.lab().start_seconds() +
                    std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return outcome;
}

Json checks_json(const std::vector<SelfCheck>& checks) {
  Json json = Json::array();
  for (const SelfCheck& check : checks) {
    json.push_back({{"name", check.name}, {"passed", check.passed}, {"detail", check.detail}});
  }
  return json;
}

void print_document(Session& session, Json document, const Outcome& outcome,
                    const PatchArguments& arguments) {
  Lab& lab = session.lab();
  document["model"] = model_json(session, arguments);
  document["tokens"] = prompts_json(session, lab);
  document["results"] = results_json(session, lab, outcome.tables);
  document["work"] = {{"block_rows", lab.block_rows_done()},
                      {"naive_block_rows", lab.naive_block_rows()}};
  document["seconds"] = outcome.seconds;
  if (!outcome.estimates.empty()) {
    document["results"]["estimate_metric"] = metric_json({arguments.attribution});
  }
  for (std::size_t sweep = 0; sweep < outcome.estimates.size(); ++sweep) {
    Json& json = document["results"]["sweeps"][sweep];
    json["estimate"] = matrix_json(outcome.estimates[sweep]);
    const std::optional<double>& correlation = outcome.correlations[sweep];
    json["estimate_rank_correlation"] = correlation ? Json(*correlation) : Json(nullptr);
  }
  document.erase("checks");  // of the file that was read
  if (arguments.check) {
    document["checks"] = checks_json(outcome.checks);
  }
  print_json(document);
}

void print_heatmaps(const Session& session, const Lab& lab, Index sweep,
                    const SweepTables& tables) {
  const SweepPlan& plan = lab.plan(sweep);
  const bool denoising = plan.settings().direction == Direction::kDenoising;
  for (std::size_t target = 0; target < lab.experiment().targets.size(); ++target) {
    const float clean = lab.clean().of(Measure::kProb, target);
    const float corrupted = lab.corrupted().of(Measure::kProb, target);
    const float from = denoising ? corrupted : clean;
    std::cout << sweep_title(plan) << ", prob of "
              << in_quotes(text_of(session, lab.experiment().targets[target])) << ": clean "
              << clean;
    if (!lab.experiment().corruption.is_ablation()) {  // which has no corrupted run
      std::cout << ", corrupted " << corrupted;
    }
    std::cout << '\n';
    print_sweep_map(std::cout, plan,
                    {.title = axes_title(plan),
                     .values = table_of(tables, Measure::kProb, target, plan).array() - from,
                     .rows = row_labels(plan),
                     .tokens = column_labels(session, lab, sweep),
                     .not_finite = tables.not_finite});
  }
}

void print_estimate(const Session& session, const Lab& lab, Index sweep, const Outcome& outcome,
                    const std::string& metric) {
  const SweepPlan& plan = lab.plan(sweep);
  const Matrix& estimate = outcome.estimates[static_cast<std::size_t>(sweep)];
  const auto target = [&](std::size_t index) {
    return in_quotes(text_of(session, lab.experiment().targets[index]));
  };
  std::cout << sweep_title(plan) << ", first-order estimate of " << metric << " of " << target(0)
            << (metric == "logit_diff" ? " against " + target(1) : "") << '\n';
  const bool has_none = estimate.array().isNaN().any();
  if (has_none && plan.settings().window > 1) {
    std::cout
        << "  only of single layers: what a patch changes in one layer of a window, the patch "
           "of the next overwrites\n";
  }
  if (estimate.array().isNaN().all()) {
    return;
  }
  print_sweep_map(std::cout, plan,
                  {.title = axes_title(plan),
                   .values = estimate,
                   .rows = row_labels(plan),
                   .tokens = column_labels(session, lab, sweep)});
  if (const auto& correlation = outcome.correlations[static_cast<std::size_t>(sweep)]) {
    std::cout << "  rank correlation (Spearman) with the exact map: " << *correlation << '\n';
  }
}

void print_text(Session& session, const Outcome& outcome, const PatchArguments& arguments) {
  Lab& lab = session.lab();
  std::cout << std::setprecision(4);
  for (Index sweep = 0; sweep < std::ssize(lab.sweeps()); ++sweep) {
    if (!arguments.attribution_only) {
      print_heatmaps(session, lab, sweep, outcome.tables[static_cast<std::size_t>(sweep)]);
    }
    if (!outcome.estimates.empty()) {
      print_estimate(session, lab, sweep, outcome, arguments.attribution);
    }
  }
  for (const SelfCheck& check : outcome.checks) {
    std::cout << (check.passed ? "  yes  " : "  NO   ") << check.name << ": " << check.detail
              << '\n';
  }
  std::cout << std::llround(lab.block_rows_done()) << " block-rows, one run a patch would need "
            << lab.naive_block_rows() << "; " << outcome.seconds << " s\n";
}

}  // namespace

bool run_patch(const PatchArguments& arguments) {
  Session session(arguments.threads, usable_memory());
  Json document = start_experiment(session, arguments);
  const Outcome outcome = run(session, arguments);
  if (arguments.json) {
    print_document(session, std::move(document), outcome, arguments);
  } else {
    print_text(session, outcome, arguments);
  }
  return std::ranges::all_of(outcome.checks, &SelfCheck::passed);
}

}  // namespace patchboard
