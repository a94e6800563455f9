#include "tools/patchboard/experiment_options.h"

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/error.h"
#include "core/model/site.h"
#include "tools/patchboard/common_options.h"
#include "tools/patchboard/model_folder.h"

namespace patchboard {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

void add_ids_of(CLI::App& command, const std::string& name, std::vector<TokenId>& ids,
                CLI::Option* text) {
  add_ids(command, name, ids, text->get_description())->excludes(text);
}

Json prompt_json(const std::string& text, const std::vector<TokenId>& ids) {
  return ids.empty() ? Json(text) : Json(ids);
}

[[noreturn]] void refuse(const std::string& message) {
  throw Error(ErrorCode::kExperiment, message);
}

Json kind_json(const ExperimentArguments& arguments) {
  const int named = static_cast<int>(!arguments.noise.empty()) + static_cast<int>(arguments.zero) +
                    static_cast<int>(!arguments.mean.empty());
  if (named > 1) {
    refuse("--noise, --zero and --mean exclude each other");
  }
  if (!arguments.noise.empty()) {
    return {{"kind", "noise"}, {"positions", arguments.noise}};
  }
  if (arguments.zero) {
    return {{"kind", "zero"}};
  }
  if (!arguments.mean.empty()) {
    return {{"kind", "mean"}, {"prompts", arguments.mean}};
  }
  return {{"kind", "prompt"}};
}

/// At most one corruption is named; none is another prompt. What is said of the noise is put into
/// any: the document's reader refuses what does not go together.
Json corruption_json(const ExperimentArguments& arguments) {
  Json corruption = kind_json(arguments);
  if (arguments.multiple) {
    corruption["multiple"] = *arguments.multiple;
  }
  if (arguments.samples) {
    corruption["samples"] = *arguments.samples;
  }
  if (arguments.seed) {
    corruption["seed"] = *arguments.seed;
  }
  return corruption;
}

/// A document says everything; an option beside it would be left aside.
void refuse_beside_document(const ExperimentArguments& arguments) {
  const std::initializer_list<std::pair<const char*, bool>> given = {
      {"--clean", arguments.has_clean},
      {"--clean-ids", !arguments.clean_ids.empty()},
      {"--corrupted", arguments.has_corrupted},
      {"--corrupted-ids", !arguments.corrupted_ids.empty()},
      {"--target", !arguments.targets.empty()},
      {"--target-ids", !arguments.target_ids.empty()},
      {"--continuation", !arguments.continuations.empty()},
      {"--bos", arguments.prompts.bos},
      {"--no-special-tokens", arguments.prompts.special_tokens == SpecialTokens::kAreText},
      {"--site", !arguments.sites.empty()},
      {"--by-position", !arguments.by_position.empty()},
      {"--direction", !arguments.directions.empty()},
      {"--window", arguments.window != 1},
      {"--span", arguments.span != 1},
      {"--layers", !arguments.layers.empty()},
      {"--positions", !arguments.positions.empty()},
      {"--noise", !arguments.noise.empty()},
      {"--multiple", arguments.multiple.has_value()},
      {"--samples", arguments.samples.has_value()},
      {"--seed", arguments.seed.has_value()},
      {"--zero", arguments.zero},
      {"--mean", !arguments.mean.empty()}};
  for (const auto& [name, is_given] : given) {
    if (is_given) {
      refuse("--experiment says what is run; leave " + std::string(name) +
             " out, or put it into the document");
    }
  }
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
  add_ids_of(command, "--clean-ids", arguments.clean_ids, clean);
  add_ids_of(command, "--corrupted-ids", arguments.corrupted_ids, corrupted);
  add_prompt_flags(command, arguments.prompts);
}

void add_target_options(CLI::App& command, ExperimentArguments& arguments) {
  CLI::Option* targets =
      command.add_option("--target", arguments.targets, "Tokens to measure, one or more");
  command.add_option("--continuation", arguments.continuations,
                     "Several tokens to measure together: the probability of the whole");
  add_ids_of(command, "--target-ids", arguments.target_ids, targets);
}

void add_sweep_options(CLI::App& command, ExperimentArguments& arguments) {
  command.add_option("--site", arguments.sites,
                     "What is patched, one or more of " + site_names([](Site) { return true; }));
  command
      .add_flag("--by-position", arguments.by_position,
                "Heads at [layer, head, position], not at all positions at once; "
                "--by-position=pairs, of pattern and attn_scores, at [layer, head, query, key]")
      ->check(CLI::IsMember({"true", "false", "pairs"}));
  command.add_option("--direction", arguments.directions,
                     "denoising (clean into corrupted) or noising, or both");
  add_whole(command, "--window", arguments.window, "Consecutive layers that are patched together",
            kLeast, kMost);
  add_whole(command, "--span", arguments.span, "Consecutive positions that are patched together",
            kLeast, kMost);
  add_wholes(command, "--layers", arguments.layers, "Only these layers: FIRST,END (END is not one)",
             kLeast, kMost);
  add_wholes(command, "--positions", arguments.positions, "Only these positions: FIRST,END", kLeast,
             kMost);
}

void add_corruption_options(CLI::App& command, ExperimentArguments& arguments) {
  add_wholes(command, "--noise", arguments.noise,
             "Corrupt the clean prompt with noise on the embeddings at these positions: 1,2",
             kLeast, kMost);
  add_number(command, "--multiple", arguments.multiple,
             "Noise in standard deviations of the token embeddings; 3 by default", {});
  add_whole(command, "--samples", arguments.samples,
            "Runs with noise that are averaged; 1 by default", kLeast, kMost);
  add_whole(command, "--seed", arguments.seed, "Of the noise; 0 by default", kLeast, kMost);
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

void put_prompt_keys(PromptOptions prompts, Json& document) {
  if (prompts.bos) {
    document["bos"] = true;
  }
  if (prompts.special_tokens == SpecialTokens::kAreText) {
    document["special_tokens"] = false;
  }
}

void put_sweep_keys(const ExperimentArguments& arguments, Json& document) {
  if (!arguments.sites.empty()) {
    document["sites"] = arguments.sites;
  }
  if (arguments.by_position == "pairs") {
    document["by_position"] = arguments.by_position;
  } else {
    document["by_position"] = arguments.by_position == "true";
  }
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

Json options_document(const ExperimentArguments& arguments, TargetUse targets) {
  Json corruption = corruption_json(arguments);
  const bool needs_corrupted = corruption["kind"] == "prompt";
  require_prompts(arguments, needs_corrupted, targets == TargetUse::kRequired);
  Json json = {{"patchboard", 1}, {"clean", prompt_json(arguments.clean, arguments.clean_ids)}};
  if (arguments.has_corrupted || !arguments.corrupted_ids.empty()) {
    json["corrupted"] = prompt_json(arguments.corrupted, arguments.corrupted_ids);
  }
  put_prompt_keys(arguments.prompts, json);
  if (Json named = targets_json(arguments); !named.empty()) {
    json["targets"] = std::move(named);
  }
  json["corruption"] = std::move(corruption);
  put_sweep_keys(arguments, json);
  return json;
}

std::string experiment_text(const ExperimentArguments& arguments) {
  if (arguments.experiment.empty()) {
    return options_document(arguments).dump();
  }
  refuse_beside_document(arguments);
  return read_text_or_input(arguments.experiment);
}

}  // namespace patchboard
