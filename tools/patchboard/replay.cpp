#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "core/document/saved_result.h"
#include "tools/patchboard/commands.h"
#include "tools/patchboard/exact_metric.h"
#include "tools/patchboard/json_text.h"
#include "tools/patchboard/model_folder.h"
#include "tools/patchboard/rank_correlation.h"
#include "tools/patchboard/replay_comparison.h"
#include "tools/patchboard/session_input.h"
#include "tools/patchboard/weight_formats.h"

namespace patchboard {
namespace {

using Json = nlohmann::ordered_json;

bool has_exact_values(const SavedResult& saved) {
  return std::ranges::any_of(saved.sweeps, [](const SavedSweep& sweep) {
    const SavedNumbers& kl = numbers_of(sweep.values, Measure::kKl);
    return std::ranges::any_of(kl, &std::optional<double>::has_value) ||
           std::ranges::find(sweep.not_finite, true) != sweep.not_finite.end();
  });
}

/// Only what the saved result has numbers of.
Replayed run_again(Session& session, const SavedResult& saved) {
  Lab& lab = session.lab();
  const bool runs = has_exact_values(saved) || !saved.estimate_metric;
  Replayed again{.tables = runs ? run_all(lab, false) : unknown_tables(lab)};
  if (!saved.estimate_metric) {
    return again;
  }
  const NamedMetric metric{.name = saved.estimate_metric->name,
                           .target = saved.estimate_metric->target,
                           .against = saved.estimate_metric->against};
  again.estimates = session.estimates(metric_json(metric).dump());
  for (std::size_t sweep = 0; sweep < again.estimates.size(); ++sweep) {
    const Matrix exact = exact_metric(metric, lab.experiment(), again.tables[sweep],
                                      lab.plan(static_cast<Index>(sweep)));
    again.correlations.push_back(rank_correlation(again.estimates[sweep], exact));
  }
  return again;
}

Json kinds_json(const ReplayComparison& comparison) {
  Json json = Json::object();
  for (const KindComparison& kind : comparison.kinds) {
    if (kind.compared + kind.one_sided > 0) {
      json[kind.name] = {{"same", kind.same()},       {"tolerance", kind.tolerance},
                         {"largest", kind.largest},   {"where", kind.where},
                         {"compared", kind.compared}, {"one_sided", kind.one_sided}};
    }
  }
  return json;
}

void print_kind(const KindComparison& kind) {
  std::cout << (kind.same() ? "  same  " : "  NOT   ") << kind.name << ": " << kind.compared
            << " compared, largest difference " << kind.largest << ", tolerance " << kind.tolerance;
  if (kind.one_sided > 0) {
    std::cout << "; " << kind.one_sided << " only on one side";
  }
  std::cout << (kind.same() || kind.where.empty() ? "" : " (" + kind.where + ")") << '\n';
}

void print_text(const ReplayComparison& comparison, const std::string& formats) {
  for (const KindComparison& kind : comparison.kinds) {
    if (kind.compared + kind.one_sided > 0) {
      print_kind(kind);
    }
  }
  for (const std::string& sentence : comparison.otherwise) {
    std::cout << "  NOT   " << sentence << '\n';
  }
  if (comparison.skipped_cells > 0) {
    std::cout << comparison.skipped_cells
              << " cells skipped, which were not computed in the saved result\n";
  }
  if (comparison.dropped_estimates > 0) {
    std::cout << comparison.dropped_estimates
              << " estimates not compared: of a patch in several layers there are none now\n";
  }
  std::cout << (comparison.same() ? "the same" : "NOT the same") << formats << '\n';
}

}  // namespace

bool run_replay(const ReplayArguments& arguments) {
  const std::string text = read_text_or_input(arguments.file);
  const SavedResult saved = read_saved_result(text);
  const std::string saved_dtype = saved.dtype.empty() ? "f32" : saved.dtype;
  const std::string dtype = arguments.dtype.empty() ? saved_dtype : arguments.dtype;
  ReplayTolerances tolerances;
  tolerances.prob = arguments.tolerance > 0 ? arguments.tolerance : tolerances.prob;
  tolerances.logit = arguments.logit_tolerance > 0 ? arguments.logit_tolerance : tolerances.logit;
  Session session(arguments.threads, usable_memory());
  ModelArguments model = arguments;
  if (model.tokenizer.empty()) {
    model.tokenizer = saved.tokenizer;
  }
  load_model(session, model, weight_formats().at(dtype), has_text(text));
  Lab& lab = session.start(read_experiment(text, session.text_reader()));
  // Of another number format the digest is another, and says nothing.
  const std::string digest = dtype == saved_dtype ? session.fingerprint() : "";
  const ReplayComparison comparison =
      compare_with_saved(saved, lab, run_again(session, saved), digest, tolerances);
  if (arguments.json) {
    print_json(Json{{"same", comparison.same()},
                    {"dtype", dtype},
                    {"saved_dtype", saved_dtype},
                    {"same_model", comparison.same_model},
                    {"numbers", kinds_json(comparison)},
                    {"skipped_cells", comparison.skipped_cells},
                    {"dropped_estimates", comparison.dropped_estimates},
                    {"otherwise", comparison.otherwise}});
  } else {
    print_text(comparison, dtype == saved_dtype
                               ? ""
                               : " (weights in " + dtype + ", saved in " + saved_dtype + ")");
  }
  return comparison.same();
}

}  // namespace patchboard
