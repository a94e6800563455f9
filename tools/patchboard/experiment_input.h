#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/session/session.h"
#include "tools/patchboard/arguments.h"

namespace patchboard {

/// Loads the model and starts the experiment, both as the arguments say. Returns its document.
/// Errors: see `load_model`, `experiment_text` and `Session::start`; of texts with different
/// numbers of tokens also says what would make them line up.
[[nodiscard]] nlohmann::ordered_json start_experiment(Session& session,
                                                      const ExperimentArguments& arguments);

/// The same of runs that are only looked at: a single prompt is the clean run of an experiment that
/// corrupts nothing, and without a target, the most probable token after each prompt is one.
[[nodiscard]] nlohmann::ordered_json start_runs(Session& session, const RunArguments& arguments);

/// The runs that there are to look at: not the corrupted one where nothing is corrupted.
struct NamedRun {
  RunName run;
  const char* name;
};
[[nodiscard]] std::vector<NamedRun> runs_of(const Lab& lab);

/// What --sample names, or none for the mean over all. argument: -1 where it was not given.
/// Errors: kExperiment where the experiment has no such sample.
[[nodiscard]] std::optional<Index> sample_named(const Lab& lab, int argument);

/// "", or of a mean or one of several samples of noise ", mean over 5 samples", ", sample 2 (of 5,
/// from 0)".
[[nodiscard]] std::string sample_title(const Lab& lab, std::optional<Index> sample);

/// {samples} of noise, {samples, sample} of one of them; else {}.
[[nodiscard]] nlohmann::ordered_json samples_json(const Lab& lab, std::optional<Index> sample);

/// {id, dtype, digest}
[[nodiscard]] nlohmann::ordered_json model_json(const Session& session,
                                                const ExperimentArguments& arguments);

/// "Jones", or "Jones" / "Smith" where the prompts differ: [position].
[[nodiscard]] std::vector<std::string> token_labels(const Session& session,
                                                    const Experiment& experiment);

/// What a sweep's columns are, tokens or heads; of pairs of a query and a key, what these are.
[[nodiscard]] std::vector<std::string> column_labels(const Session& session, const Lab& lab,
                                                     Index sweep);

/// What a sweep's rows are called: see SweepPlan::row_name.
[[nodiscard]] std::vector<std::string> row_labels(const SweepPlan& plan);

/// "resid_post, denoising"
[[nodiscard]] std::string sweep_title(const SweepPlan& plan);

/// "patched - corrupted, layers down, positions across"
[[nodiscard]] std::string axes_title(const SweepPlan& plan);

}  // namespace patchboard
