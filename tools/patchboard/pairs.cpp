#include "core/experiment/pairs.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <iostream>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/error.h"
#include "tools/patchboard/commands.h"
#include "tools/patchboard/experiment_input.h"
#include "tools/patchboard/experiment_options.h"
#include "tools/patchboard/heatmap.h"
#include "tools/patchboard/json_text.h"
#include "tools/patchboard/model_folder.h"
#include "tools/patchboard/saved_result.h"
#include "tools/patchboard/session_input.h"

namespace patchboard {
namespace {

using Json = nlohmann::ordered_json;

/// Cell by cell over pairs, by Welford's method.
class Spread {
 public:
  void add(const Matrix& values) {
    if (count_ == 0) {
      mean_ = Matrix::Zero(values.rows(), values.cols());
      squares_ = mean_;
    }
    ++count_;
    const Matrix before = values - mean_;
    mean_ += before / static_cast<float>(count_);
    squares_.array() += before.array() * (values - mean_).array();
  }

  [[nodiscard]] const Matrix& mean() const { return mean_; }
  /// Of the sample (n - 1); of a single pair NaN.
  [[nodiscard]] Matrix deviation() const {
    return (squares_ / static_cast<float>(count_ - 1)).array().sqrt();
  }

 private:
  int count_ = 0;
  Matrix mean_;
  Matrix squares_;
};

/// How far patches move a target's probability and logit, over all pairs.
struct Effects {
  Spread prob;
  Spread logit;
};

/// What all pairs together give, and what each does.
struct PairsResult {
  std::vector<SweepPlan> plans;               // [sweep]
  std::vector<std::vector<Effects>> effects;  // [sweep][target]
  std::size_t targets = 0;                    // that every pair has
  std::vector<std::string> labels;            // of positions
  std::size_t tokens = 0;                     // of every prompt
  Json pairs = Json::array();
  Json left_out = Json::array();
};

Json document_of(const PromptPair& pair, const PairsArguments& arguments) {
  Json document = {{"patchboard", 1}, {"clean", pair.clean}, {"corrupted", pair.corrupted}};
  document["targets"] = pair.targets.empty() ? targets_json(arguments) : Json(pair.targets);
  put_sweep_keys(arguments, document);
  if (document["targets"].empty()) {
    throw Error(ErrorCode::kTarget,
                pair.name + ": no target, expected some in the file or --target");
  }
  return document;
}

Matrix effect(const std::vector<float>& values, std::size_t target, float from,
              const SweepPlan& plan) {
  const Matrix table = Eigen::Map<const Matrix>(
      values.data() + static_cast<Index>(target) * plan.rows() * plan.columns(), plan.rows(),
      plan.columns());
  return table.array() - from;
}

void add_effects(const Lab& lab, const std::vector<SweepTables>& tables, PairsResult& result) {
  const std::size_t count = lab.experiment().targets.size();
  if (result.plans.empty()) {
    result.targets = count;
    result.tokens = lab.experiment().clean.size();
    for (std::size_t sweep = 0; sweep < tables.size(); ++sweep) {
      result.plans.push_back(lab.plan(static_cast<Index>(sweep)));
    }
    result.effects.assign(tables.size(), std::vector<Effects>(count));
  }
  result.targets = std::min(result.targets, count);
  for (std::size_t sweep = 0; sweep < tables.size(); ++sweep) {
    const SweepPlan& plan = lab.plan(static_cast<Index>(sweep));
    const Measures& base =
        plan.settings().direction == Direction::kDenoising ? lab.corrupted() : lab.clean();
    for (std::size_t target = 0; target < result.targets; ++target) {
      Effects& effects = result.effects[sweep][target];
      effects.prob.add(effect(tables[sweep].prob, target, base.prob[target], plan));
      effects.logit.add(effect(tables[sweep].logit, target, base.logit[target], plan));
    }
  }
}

/// Positions where all pairs have the same tokens are labelled by them, others by "…".
void merge_labels(const std::vector<std::string>& labels, PairsResult& result) {
  if (result.labels.empty()) {
    result.labels = labels;
  }
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (result.labels[i] != labels[i]) {
      result.labels[i] = "…";
    }
  }
}

void require_length(const Experiment& experiment, const PairsResult& result) {
  if (result.tokens != 0 && experiment.clean.size() != result.tokens) {
    throw Error(ErrorCode::kPrompt, std::to_string(experiment.clean.size()) +
                                        " tokens, expected as many as the first pair has, " +
                                        std::to_string(result.tokens));
  }
}

/// Whether a pair, not what was asked for, is at fault.
bool is_of_pair(const Error& error) {
  return error.code() == ErrorCode::kPrompt || error.code() == ErrorCode::kTarget;
}

void add_pair(Session& session, const PromptPair& pair, Json document, PairsResult& result) {
  try {
    Experiment experiment = read_experiment(document.dump(), session.text_reader());
    if (experiment.clean.size() == experiment.corrupted.size()) {
      require_length(experiment, result);
    }
    session.start(std::move(experiment));
  } catch (const Error& error) {
    if (!is_of_pair(error)) {
      throw;
    }
    result.left_out.push_back({{"name", pair.name}, {"reason", error.what()}});
    return;
  }
  const std::vector<SweepTables> tables = run_all(session.lab(), false);
  add_effects(session.lab(), tables, result);
  merge_labels(token_labels(session, session.lab().experiment()), result);
  result.pairs.push_back({{"name", pair.name},
                          {"clean", pair.clean},
                          {"corrupted", pair.corrupted},
                          {"targets", document["targets"]},
                          {"tokens", prompts_json(session, session.lab())},
                          {"results", results_json(session, session.lab(), tables)}});
}

PairsResult run_all_pairs(Session& session, const PairsArguments& arguments) {
  const std::vector<PromptPair> pairs = read_pairs(read_text_or_input(arguments.file));
  std::vector<Json> documents;
  documents.reserve(pairs.size());
  for (const PromptPair& pair : pairs) {
    documents.push_back(document_of(pair, arguments));
  }
  load_model(session, arguments.model, arguments.dtype, true);
  PairsResult result;
  const bool on_terminal = isatty(STDERR_FILENO) != 0;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    add_pair(session, pairs[i], std::move(documents[i]), result);
    if (on_terminal) {
      std::cerr << "\rpair " << i + 1 << " of " << pairs.size()
                << (i + 1 == pairs.size() ? "\n" : "") << std::flush;
    }
  }
  if (result.pairs.empty()) {
    throw Error(
        ErrorCode::kPrompt,
        arguments.file + ": no pair can be run" +
            (result.left_out.empty() ? ""
                                     : "; " + result.left_out[0]["name"].get<std::string>() + ": " +
                                           result.left_out[0]["reason"].get<std::string>()));
  }
  return result;
}

Json spread_json(const std::vector<Effects>& effects, std::size_t targets,
                 Spread Effects::* measure) {
  Json json = {{"mean", Json::array()}, {"deviation", Json::array()}};
  for (std::size_t target = 0; target < targets; ++target) {
    json["mean"].push_back(matrix_json((effects[target].*measure).mean()));
    json["deviation"].push_back(matrix_json((effects[target].*measure).deviation()));
  }
  return json;
}

Json to_json(const Session& session, const PairsResult& result, const PairsArguments& arguments) {
  Json sweeps = Json::array();
  for (std::size_t sweep = 0; sweep < result.plans.size(); ++sweep) {
    const SweepPlan& plan = result.plans[sweep];
    sweeps.push_back(
        {{"site", site_name(plan.settings().site)},
         {"direction", direction_name(plan.settings().direction)},
         {"axes", axes_name(plan.axes())},
         {"prob", spread_json(result.effects[sweep], result.targets, &Effects::prob)},
         {"logit", spread_json(result.effects[sweep], result.targets, &Effects::logit)}});
  }
  return {{"model", model_json(session, arguments)},
          {"tokens", result.tokens},
          {"effects", sweeps},
          {"pairs", result.pairs},
          {"left_out", result.left_out}};
}

void print_text(const PairsResult& result) {
  std::cout << std::setprecision(4);
  const std::string over = " over " + std::to_string(result.pairs.size()) + " pairs";
  for (std::size_t sweep = 0; sweep < result.plans.size(); ++sweep) {
    const SweepPlan& plan = result.plans[sweep];
    const bool has_positions = plan.axes() != SweepPlan::Axes::kHead;
    for (std::size_t target = 0; target < result.targets; ++target) {
      const Spread& prob = result.effects[sweep][target].prob;
      std::cout << sweep_title(plan) << ", prob of target " << target + 1 << ", mean" << over
                << '\n';
      print_heatmap(std::cout, {.title = axes_title(plan), .values = prob.mean(), .tokens = {}},
                    in_colour());
      print_heatmap(std::cout,
                    {.title = "its standard deviation" + over,
                     .values = prob.deviation(),
                     .tokens = has_positions ? result.labels : std::vector<std::string>()},
                    in_colour());
    }
  }
  for (const Json& pair : result.left_out) {
    std::cout << "left out: " << pair["name"].get<std::string>() << ": "
              << pair["reason"].get<std::string>() << '\n';
  }
}

}  // namespace

void run_pairs(const PairsArguments& arguments) {
  Session session(arguments.threads, usable_memory());
  const PairsResult result = run_all_pairs(session, arguments);
  if (arguments.json) {
    print_json(to_json(session, result, arguments));
  } else {
    print_text(result);
  }
}

}  // namespace patchboard
