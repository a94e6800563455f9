#pragma once

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "tools/patchboard/arguments.h"

namespace patchboard {

/// Options that say what is run, beside those that every command with a model has.
/// @{
void add_prompt_options(CLI::App& command, ExperimentArguments& arguments);
void add_target_options(CLI::App& command, ExperimentArguments& arguments);
void add_sweep_options(CLI::App& command, ExperimentArguments& arguments);
void add_corruption_options(CLI::App& command, ExperimentArguments& arguments);
/// All of them.
void add_experiment_options(CLI::App& command, ExperimentArguments& arguments);
/// @}

/// Whether prompts without a target say enough.
enum class TargetUse { kRequired, kOptional };

/// What the options say, as a document in the form of docs/experiment.md, to be checked by its
/// reader. Errors: kExperiment for options that do not go together; CLI::RequiredError for one that
/// is missing.
[[nodiscard]] nlohmann::ordered_json options_document(const ExperimentArguments& arguments,
                                                      TargetUse targets = TargetUse::kRequired);

/// That document, or the text of the one that was given (`--experiment`). Errors: as above; also
/// for options beside a document, and kState for a file that cannot be read.
[[nodiscard]] std::string experiment_text(const ExperimentArguments& arguments);

/// "targets" of such a document, empty where no option names any; and the keys that say how prompts
/// become tokens and what is patched, put into one.
[[nodiscard]] nlohmann::ordered_json targets_json(const ExperimentArguments& arguments);
void put_prompt_keys(PromptOptions prompts, nlohmann::ordered_json& document);
void put_sweep_keys(const ExperimentArguments& arguments, nlohmann::ordered_json& document);

}  // namespace patchboard
