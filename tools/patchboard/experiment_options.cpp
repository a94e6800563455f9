#include "tools/patchboard/experiment_options.h"

#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/patching/site.h"
#include "tools/patchboard/model_folder.h"
#include "tools/patchboard/validators.h"

namespace patchboard {
namespace {

using Json = nlohmann::ordered_json;

void add_ids(CLI::App& command, const std::string& name, std::vector<TokenId>& ids,
             CLI::Option* text) {
  command.add_option(name, ids, text->get_description() + ", as token ids: 1,2,3")
      ->delimiter(',')
      ->excludes(text)
      ->check(kNotEmpty);
}

Json prompt_json(const std::string& text, const std::vector<TokenId>& ids) {
  return ids.empty() ? Json(text) : Json(ids);
}

[[noreturn]] void refuse(const std::string& message) {
  throw Error(ErrorCode::kExperiment, message);
}

/// At most one corruption is named; none is another prompt.
Json corruption_json(const ExperimentArguments& arguments) {
  const int named = static_cast<int>(!arguments.noise.empty()) + static_cast<int>(arguments.zero) +
                    static_cast<int>(!arguments.mean.empty());
  if (named > 1) {
    refuse("--noise, --zero and --mean exclude each other");
  }
  if (!arguments.noise.empty()) {
    return {{"kind", "noise"},
            {"positions", arguments.noise},
            {"multiple", arguments.multiple},
            {"samples", arguments.samples},
            {"seed", arguments.seed}};
  }
  if (arguments.zero) {
    return {{"kind", "zero"}};
  }
  if (!arguments.mean.empty()) {
    return {{"kind", "mean"}, {"prompts", arguments.mean}};
  }
  return {{"kind", "prompt"}};
}

void require_prompts(const ExperimentArguments& arguments, bool needs_corrupted,
                     bool needs_target) {
  const auto require = [](bool there, const std::string& name) {
    if (!there) {
      throw CLI::RequiredError(name + " or " + name + "-ids");
    }
  };
  require(arguments.has_clean || !arguments.clean_ids.empty(), "--clean");
  require(!needs_corrupted || arguments.has_corrupted || !arguments.corrupted_ids.empty(),
          "--corrupted");
  require(!needs_target || !arguments.targets.empty() || !arguments.continuations.empty() ||
              !arguments.target_ids.empty(),
          "--target");
}

}  // namespace

void add_prompt_options(CLI::App& command, ExperimentArguments& arguments) {
  command.add_option("--experiment", arguments.experiment,
                     "A document that says what is run (docs/experiment.md), in place of the "
                     "options below; or - for standard input");
  CLI::Option* clean = command.add_option("--clean", arguments.clean, "Clean prompt");
  CLI::Option* corrupted = command.add_option("--corrupted", arguments.corrupted,
                                              "Corrupted prompt, as long as the clean one");
  clean->each([&arguments](const std::string&) { arguments.has_clean = true; });
  corrupted->each([&arguments](const std::string&) { arguments.has_corrupted = true; });
  add_ids(command, "--clean-ids", arguments.clean_ids, clean);
  add_ids(command, "--corrupted-ids", arguments.corrupted_ids, corrupted);
}

void add_target_options(CLI::App& command, ExperimentArguments& arguments) {
  CLI::Option* targets =
      command.add_option("--target", arguments.targets, "Tokens to measure, one or more");
  command.add_option("--continuation", arguments.continuations,
                     "Several tokens to measure together: the probability of the whole");
  add_ids(command, "--target-ids", arguments.target_ids, targets);
}

void add_sweep_options(CLI::App& command, ExperimentArguments& arguments) {
  std::string names;
  for (const Site site : all_sites()) {
    names += (names.empty() ? "" : ", ") + std::string(site_name(site));
  }
  command.add_option("--site", arguments.sites, "What is patched, one or more of " + names);
  command.add_flag("--by-position", arguments.by_position,
                   "Heads at [layer, head, position], not at all positions at once");
  command.add_option("--direction", arguments.directions,
                     "denoising (clean into corrupted) or noising, or both");
  command.add_option("--window", arguments.window, "Consecutive layers that are patched together");
  command.add_option("--span", arguments.span, "Consecutive positions that are patched together");
  command.add_option("--layers", arguments.layers, "Only these layers: FIRST,END (END is not one)")
      ->delimiter(',')
      ->expected(2);
  command.add_option("--positions", arguments.positions, "Only these positions: FIRST,END")
      ->delimiter(',')
      ->expected(2);
}

void add_corruption_options(CLI::App& command, ExperimentArguments& arguments) {
  command
      .add_option("--noise", arguments.noise,
                  "Corrupt the clean prompt with noise on the embeddings at these positions: 1,2")
      ->delimiter(',');
  command.add_option("--multiple", arguments.multiple,
                     "Noise in standard deviations of the token embeddings; 3 by default");
  command.add_option("--samples", arguments.samples, "Runs with noise that are averaged");
  command.add_option("--seed", arguments.seed, "Of the noise; 0 by default");
  command.add_flag("--zero", arguments.zero, "Ablation: zeros are put into the clean run");
  command.add_option("--mean", arguments.mean,
                     "Ablation: the mean over these prompts is put into the clean run");
}

void add_experiment_options(CLI::App& command, ExperimentArguments& arguments) {
  add_prompt_options(command, arguments);
  add_target_options(command, arguments);
  add_sweep_options(command, arguments);
  add_corruption_options(command, arguments);
}

Json targets_json(const ExperimentArguments& arguments) {
  Json targets = Json::array();
  for (const TokenId id : arguments.target_ids) {
    targets.push_back(id);
  }
  for (const std::string& text : arguments.targets) {
    targets.push_back(text);
  }
  for (const std::string& text : arguments.continuations) {
    targets.push_back({{"continuation", text}});
  }
  return targets;
}

void put_sweep_keys(const ExperimentArguments& arguments, Json& document) {
  if (!arguments.sites.empty()) {
    document["sites"] = arguments.sites;
  }
  document["by_position"] = arguments.by_position;
  if (!arguments.directions.empty()) {
    document["directions"] = arguments.directions;
  }
  document["window"] = arguments.window;
  document["span"] = arguments.span;
  if (arguments.layers.empty() != arguments.positions.empty()) {
    refuse("--layers and --positions go together");
  }
  if (!arguments.layers.empty()) {
    document["region"] = {{"layers", arguments.layers}, {"positions", arguments.positions}};
  }
}

std::string experiment_json(const ExperimentArguments& arguments, TargetUse targets) {
  if (!arguments.experiment.empty()) {
    return read_text_or_input(arguments.experiment);
  }
  const Json corruption = corruption_json(arguments);
  const bool needs_corrupted = corruption["kind"] == "prompt";
  require_prompts(arguments, needs_corrupted, targets == TargetUse::kRequired);
  Json json = {{"patchboard", 1}, {"clean", prompt_json(arguments.clean, arguments.clean_ids)}};
  if (needs_corrupted) {
    json["corrupted"] = prompt_json(arguments.corrupted, arguments.corrupted_ids);
  }
  if (Json named = targets_json(arguments); !named.empty()) {
    json["targets"] = std::move(named);
  }
  json["corruption"] = corruption;
  put_sweep_keys(arguments, json);
  return json.dump();
}

}  // namespace patchboard
