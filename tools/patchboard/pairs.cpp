#include "core/prompts/pairs.h"

#include <unistd.h>

#include <algorithm>
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/prompts/pair_shapes.h"
#include "tools/patchboard/commands.h"
#include "tools/patchboard/exact_metric.h"
#include "tools/patchboard/experiment_input.h"
#include "tools/patchboard/experiment_options.h"
#include "tools/patchboard/json_text.h"
#include "tools/patchboard/model_folder.h"
#include "tools/patchboard/notes.h"
#include "tools/patchboard/pairs_result.h"
#include "tools/patchboard/saved_result.h"
#include "tools/patchboard/session_input.h"

namespace patchboard {
namespace {

using Json = nlohmann::ordered_json;

/// A pair on its way; left out where there is a reason.
struct PairToRun {
  PromptPair pair;
  Json document;
  Experiment experiment;
  std::string reason;
};

Json document_of(const PromptPair& pair, const PairsArguments& arguments) {
  Json document = {{"patchboard", 1}, {"clean", pair.clean}, {"corrupted", pair.corrupted}};
  if (!pair.targets.empty() && !targets_json(arguments).empty()) {
    throw Error(ErrorCode::kTarget,
                pair.name +
                    ": has targets of its own; leave --target, --target-ids and "
                    "--continuation out, or the targets in the file");
  }
  put_prompt_keys(arguments.prompts, document);
  document["targets"] = pair.targets.empty() ? targets_json(arguments) : Json(pair.targets);
  put_sweep_keys(arguments, document);
  if (document["targets"].empty()) {
    throw Error(ErrorCode::kTarget,
                pair.name + ": no target, expected some in the file or --target");
  }
  return document;
}

void add_sweep(const Lab& lab, const SweepTables& tables, const SweepPlan& plan,
               SweepMeans& means) {
  const bool denoises = plan.settings().direction == Direction::kDenoising;
  const Measures& clean = lab.clean();
  const Measures& corrupted = lab.corrupted();
  for (std::size_t cell = 0; cell < tables.not_finite.size(); ++cell) {
    means.not_finite[cell] = std::max(means.not_finite[cell], tables.not_finite[cell]);
  }
  const auto unpatched = [&](Measure measure, std::size_t target) {
    return UnpatchedValues{clean.of(measure, target), corrupted.of(measure, target)};
  };
  for (const Measure measure : all_measures()) {
    std::size_t target = 0;
    for (MetricOverPairs& metric : means.measures[static_cast<std::size_t>(measure)]) {
      metric.add(table_of(tables, measure, target, plan), unpatched(measure, target), denoises);
      ++target;
    }
  }
  if (lab.experiment().targets.size() > 1) {
    const auto logit = [&](std::size_t target) {
      return table_of(tables, Measure::kLogit, target, plan);
    };
    const UnpatchedValues first = unpatched(Measure::kLogit, 0);
    const UnpatchedValues second = unpatched(Measure::kLogit, 1);
    means.logit_diff.add(logit(0) - logit(1),
                         {first.clean - second.clean, first.corrupted - second.corrupted},
                         denoises);
  }
}

void add_means(const Lab& lab, const std::vector<SweepTables>& tables, PairsResult& result) {
  if (result.plans.empty()) {
    result.targets = lab.experiment().targets.size();
    result.tokens = lab.experiment().clean.size();
    for (std::size_t sweep = 0; sweep < tables.size(); ++sweep) {
      result.plans.push_back(lab.plan(static_cast<Index>(sweep)));
      result.means.emplace_back(result.targets, tables[sweep].not_finite.size());
    }
  }
  for (std::size_t sweep = 0; sweep < tables.size(); ++sweep) {
    add_sweep(lab, tables[sweep], result.plans[sweep], result.means[sweep]);
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

/// Whether a pair, not what was asked for, is at fault.
bool is_of_pair(const Error& error) {
  return error.code() == ErrorCode::kPrompt || error.code() == ErrorCode::kTarget;
}

/// Runs `what`, and says in the pair why it is left out where that pair is at fault.
void attempt(PairToRun& pair, const std::function<void()>& what) {
  if (!pair.reason.empty()) {
    return;
  }
  try {
    what();
  } catch (const Error& error) {
    if (!is_of_pair(error)) {
      throw;
    }
    pair.reason = error.what();
  }
}

/// Leaves out the pairs that cannot be averaged with most.
void keep_commonest(Session& session, std::vector<PairToRun>& pairs) {
  std::vector<PairToRun*> sound;
  std::vector<PairShape> shapes;
  for (PairToRun& pair : pairs) {
    attempt(pair, [&] {
      pair.experiment = read_experiment(pair.document.dump(), session.text_reader());
      if (pair.experiment.clean.size() == pair.experiment.corrupted.size()) {  // else: its start
        sound.push_back(&pair);
        shapes.push_back({pair.experiment.clean.size(), pair.experiment.targets.size()});
      }
    });
  }
  const std::vector<std::string> reasons = why_left_out(shapes);
  for (std::size_t i = 0; i < sound.size(); ++i) {
    sound[i]->reason = reasons[i];
  }
}

void run_pair(Session& session, PairToRun& pair, PairsResult& result) {
  Lab& lab = session.start(std::move(pair.experiment));
  const std::vector<SweepTables> tables = run_all(lab, false);
  add_means(lab, tables, result);
  merge_labels(token_labels(session, lab.experiment()), result);
  result.pairs.push_back({{"name", pair.pair.name},
                          {"clean", pair.pair.clean},
                          {"corrupted", pair.pair.corrupted},
                          {"targets", pair.document["targets"]},
                          {"tokens", prompts_json(session, lab)},
                          {"results", results_json(session, lab, tables)}});
}

std::vector<PairToRun> read_set(const PairsArguments& arguments) {
  std::vector<PairToRun> pairs;
  for (PromptPair& pair : read_pairs(read_text_or_input(arguments.file))) {
    Json document = document_of(pair, arguments);
    pairs.push_back({std::move(pair), std::move(document), {}, {}});
  }
  return pairs;
}

PairsResult run_all_pairs(Session& session, const PairsArguments& arguments) {
  std::vector<PairToRun> pairs = read_set(arguments);
  load_model(session, arguments, arguments.dtype, true);
  keep_commonest(session, pairs);
  PairsResult result;
  std::vector<NamedDocument> documents;
  const bool on_terminal = isatty(STDERR_FILENO) != 0;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    attempt(pairs[i], [&] { run_pair(session, pairs[i], result); });
    if (pairs[i].reason.empty()) {
      documents.push_back({.name = pairs[i].pair.name, .document = pairs[i].document.dump()});
    } else {
      result.left_out.push_back({{"name", pairs[i].pair.name}, {"reason", pairs[i].reason}});
    }
    if (on_terminal) {
      std::cerr << "\rpair " << i + 1 << " of " << pairs.size()
                << (i + 1 == pairs.size() ? "\n" : "") << std::flush;
    }
  }
  if (result.pairs.empty()) {
    throw Error(ErrorCode::kPrompt, arguments.file + ": no pair can be run; " +
                                        pairs.front().pair.name + ": " + pairs.front().reason);
  }
  print_notes(session, documents);
  return result;
}

}  // namespace

void run_pairs(const PairsArguments& arguments) {
  Session session(arguments.threads, usable_memory());
  const PairsResult result = run_all_pairs(session, arguments);
  if (arguments.json) {
    print_json(pairs_json(session, result, arguments));
  } else {
    print_pairs(std::cout, result, arguments.normalised);
  }
}

}  // namespace patchboard
