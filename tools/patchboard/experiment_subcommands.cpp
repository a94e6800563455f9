#include "tools/patchboard/experiment_subcommands.h"

#include <string>
#include <vector>

#include "tools/patchboard/commands.h"
#include "tools/patchboard/common_options.h"
#include "tools/patchboard/experiment_options.h"
#include "tools/patchboard/pairs_result.h"

namespace patchboard {
namespace {

constexpr int kMaxLayer = 1'000'000;
constexpr int kMaxPosition = 1'000'000;
constexpr int kMaxSample = 1'000'000;

CLI::App& add_experiment_command(CLI::App& app, const std::string& name, const std::string& about,
                                 ExperimentArguments& arguments) {
  CLI::App& command = *app.add_subcommand(name, about);
  add_common(command, arguments);
  add_tokenizer(command, arguments.tokenizer);
  add_dtype(command, arguments.dtype);
  return command;
}

void add_sample(CLI::App& command, int& sample) {
  add_whole(command, "--sample", sample,
            "Of noise, this sample alone, from 0; without it, the mean over all samples", 0,
            kMaxSample);
}

/// The runs of an experiment, or a prompt of one's own.
CLI::App& add_run_command(CLI::App& app, const std::string& name, const std::string& about,
                          RunArguments& arguments) {
  CLI::App& command = add_experiment_command(app, name, about, arguments);
  add_text_or_ids(command, "A single prompt, in place of an experiment", arguments.text,
                  arguments.ids)
      .text->each([&arguments](const std::string&) { arguments.has_text = true; });
  add_prompt_options(command, arguments);
  add_target_options(command, arguments);
  add_corruption_options(command, arguments);
  add_sample(command, arguments.sample);
  return command;
}

}  // namespace

void add_patch(CLI::App& app, PatchArguments& arguments) {
  CLI::App& command = add_experiment_command(
      app, "patch", "Put activations of one run into another, place by place, and measure",
      arguments);
  add_experiment_options(command, arguments);
  CLI::Option* attribution =
      command
          .add_option("--attribution", arguments.attribution,
                      "Estimate every cell by one backward pass, too: the change of logit_diff "
                      "(first target less second), logit, prob or log_prob (first target)")
          ->check(CLI::IsMember(std::vector<std::string>{"logit_diff", "logit", "prob", "log_prob"})
                      .description(""));
  command
      .add_flag("--attribution-only", arguments.attribution_only,
                "Only these estimates, without the exact sweeps")
      ->needs(attribution);
  command.add_flag("--check", arguments.check,
                   "Check the experiment against whole runs; exit code 1 where a check fails");
  command.callback([&arguments] { arguments.passed = run_patch(arguments); });
}

void add_cell(CLI::App& app, CellArguments& arguments) {
  CLI::App& command = add_experiment_command(
      app, "cell", "Look closely at one patched run: what it predicts, what changed most",
      arguments);
  add_wholes(command, "--at", arguments.at,
             "The cell: LAYER,POSITION, or LAYER,HEAD of a head site, or LAYER,HEAD,POSITION "
             "with --by-position, or LAYER,HEAD,QUERY,KEY with --by-position=pairs",
             0, kMaxLayer)
      ->required();
  add_whole(command, "--top", arguments.top, "How many tokens to show", 1, kMaxTop);
  add_whole(command, "--continue", arguments.continuation,
            "How many tokens the runs are continued by, each the most probable", 0, kMaxTop);
  add_sample(command, arguments.sample);
  add_experiment_options(command, arguments);
  command.callback([&arguments] { run_cell(arguments); });
}

void add_lens(CLI::App& app, RunArguments& arguments) {
  CLI::App& command = add_run_command(
      app, "lens", "Show what a run would say if the model ended after each layer", arguments);
  command.callback([&arguments] { run_lens(arguments); });
}

void add_attention(CLI::App& app, AttentionArguments& arguments) {
  CLI::App& command =
      add_run_command(app, "attention", "Show where a layer's heads look", arguments);
  add_whole(command, "--layer", arguments.layer, "The layer, from 0", 0, kMaxLayer)->required();
  add_whole(command, "--head", arguments.head, "Only this head, from 0; all by default", 0,
            kMaxLayer);
  command.callback([&arguments] { run_attention(arguments); });
}

void add_neurons(CLI::App& app, NeuronsArguments& arguments) {
  CLI::App& command = add_experiment_command(
      app, "neurons",
      "Show which neurons of a layer differ most between the two runs at a position", arguments);
  add_whole(command, "--layer", arguments.layer, "The layer, from 0", 0, kMaxLayer)->required();
  add_whole(command, "--position", arguments.position, "The token's position, from 0", 0,
            kMaxPosition)
      ->required();
  add_whole(command, "--top", arguments.top, "How many neurons to show", 1, kMaxTop);
  add_prompt_options(command, arguments);
  add_corruption_options(command, arguments);
  add_sample(command, arguments.sample);
  command.callback([&arguments] { run_neurons(arguments); });
}

void add_template(CLI::App& app, TemplateArguments& arguments) {
  CLI::App& command = add_experiment_command(
      app, "template", "Measure targets after every filling of a template", arguments);
  command
      .add_option("template", arguments.text,
                  "A text with slots: \"has won {five|two|one} titles\"; {{ and }} are braces")
      ->required();
  add_prompt_flags(command, arguments.prompts);
  add_target_options(command, arguments);
  command.callback([&arguments] { run_template(arguments); });
}

void add_pairs(CLI::App& app, PairsArguments& arguments) {
  CLI::App& command = add_experiment_command(
      app, "pairs", "Run the sweeps of a set of prompt pairs; mean and standard deviation",
      arguments);
  command
      .add_option("file", arguments.file,
                  "The pairs, as JSON or CSV (docs/experiment.md); or - for standard input")
      ->required();
  command
      .add_option("--normalised", arguments.normalised,
                  "Print shares of the way from the corrupted to the clean run: share-of-means "
                  "(default; metric means over pairs first, then normalised) or mean-of-shares")
      ->expected(0, 1)
      ->default_str(kShareOfMeans)
      ->check(CLI::IsMember(std::vector<std::string>{kShareOfMeans, kMeanOfShares}));
  add_prompt_flags(command, arguments.prompts);
  add_target_options(command, arguments);
  add_sweep_options(command, arguments);
  command.callback([&arguments] { run_pairs(arguments); });
}

}  // namespace patchboard
