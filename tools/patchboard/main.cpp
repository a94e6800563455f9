#include <CLI/CLI.hpp>
#include <iostream>
#include <limits>
#include <map>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/input/text_input.h"
#include "core/input/utf8.h"
#include "tools/patchboard/commands.h"
#include "tools/patchboard/common_options.h"
#include "tools/patchboard/experiment_subcommands.h"
#include "tools/patchboard/published_configs.h"
#include "tools/patchboard/validators.h"
#include "tools/patchboard/weight_formats.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace patchboard {
namespace {

constexpr int kFailure = 1;
constexpr int kBadInput = 2;
constexpr unsigned char kDelete = 0x7F;
constexpr int kMaxRounds = 1000;
constexpr int kMaxLength = 1'000'000;

void add_predict(CLI::App& app, PredictArguments& arguments) {
  CLI::App& command = *app.add_subcommand("predict", "Show the most probable next tokens");
  add_common(command, arguments);
  add_tokenizer(command, arguments.tokenizer);
  add_dtype(command, arguments.dtype);
  const TextOrIds prompt = add_text_or_ids(command, "Prompt", arguments.text, arguments.ids);
  add_prompt_flags(command, arguments.prompts);
  add_whole(command, "--top", arguments.top, "How many tokens to show", 1, kMaxTop);
  command.callback([&arguments, prompt] {
    prompt.require();
    run_predict(arguments);
  });
}

void add_replay(CLI::App& app, ReplayArguments& arguments) {
  CLI::App& command = *app.add_subcommand(
      "replay", "Run a saved result's experiment again and compare every number");
  add_common(command, arguments);
  add_tokenizer(command, arguments.tokenizer);
  command.add_option("file", arguments.file, "The JSON that the page or `patch --json` wrote")
      ->required();
  command.add_option("--dtype", arguments.dtype, "How weights are kept; as in the file by default")
      ->transform(format_name_now());
  add_number(command, "--tolerance", arguments.tolerance,
             "Largest absolute difference of a probability; 1e-5 by default",
             {.least = 0, .above_least = true});
  add_number(command, "--logit-tolerance", arguments.logit_tolerance,
             "Largest absolute difference of log_prob, logit, kl, margin and entropy; 1e-3 by "
             "default. Logits that "
             "are nearer to each other may change ranks",
             {.least = 0, .above_least = true});
  command.callback([&arguments] { arguments.same = run_replay(arguments); });
}

std::vector<std::string> config_names() {
  std::vector<std::string> names;
  for (const PublishedConfig& published : published_configs()) {
    names.push_back(published.name);
  }
  return names;
}

void add_synth(CLI::App& app, SynthArguments& arguments) {
  CLI::App& command = *app.add_subcommand(
      "synth",
      "Write a model with random weights at a published size; its tokenizer has a token for each "
      "byte and no merges");
  command.add_option("--config", arguments.config, "The published model whose sizes it has")
      ->required()
      ->check(CLI::IsMember(config_names()));
  add_whole(command, "--seed", arguments.seed, "The same seed gives the same bytes; 0 by default",
            std::uint32_t{0}, std::numeric_limits<std::uint32_t>::max());
  command.add_option("--out", arguments.out, "Folder to write to, over a model that is there")
      ->required()
      ->check(kNotEmpty);
  command.callback([&arguments] { run_synth(arguments); });
}

void add_convert(CLI::App& app, ConvertArguments& arguments) {
  CLI::App& command = *app.add_subcommand(
      "convert", "Write a copy of a model with smaller weights, for the page or for this command");
  command.add_option("--model", arguments.model, "Folder in the published layout, or a .gguf")
      ->required()
      ->check(kNotEmpty);
  add_activation(command, arguments.activation);
  command.add_option("--dtype", arguments.dtype, "f16; with --to gguf q8_0 and f32 too")
      ->required()
      ->transform(format_by_name());
  command
      .add_option("--to", arguments.to,
                  "safetensors in a folder, or gguf: one file with the tokenizer, as llama.cpp "
                  "reads it")
      ->check(CLI::IsMember({"safetensors", "gguf"}));
  command
      .add_option("--out", arguments.out,
                  "Folder to write to, over a model that is there, or the path of a .gguf")
      ->required()
      ->check(kNotEmpty);
  command.callback([&arguments] { run_convert(arguments); });
}

void add_bench(CLI::App& app, BenchArguments& arguments) {
  CLI::App& command =
      *app.add_subcommand("bench", "Time this build: the GEMM in one thread, and whole sweeps");
  add_common(command, arguments);
  add_whole(command, "--length", arguments.length, "Tokens of the sweeps' random prompts", 1,
            kMaxLength);
  add_whole(command, "--rounds", arguments.rounds, "How often each is timed; medians are shown", 1,
            kMaxRounds);
  command.callback([&arguments] { run_bench(arguments); });
}

void add_report(CLI::App& app, ReportArguments& arguments) {
  CLI::App& command = *app.add_subcommand(
      "report", "Run every table and figure of the student report, beside its own numbers");
  command
      .add_option("--model", arguments.models,
                  "Folder in the published layout, once or more; without it, the embedded model")
      ->check(kNotEmpty);
  add_activation(command, arguments.activation);
  add_tokenizer(command, arguments.tokenizer);
  add_threads(command, arguments.threads);
  add_json(command, arguments.json);
  add_dtype(command, arguments.dtype);
  command.callback([&arguments] { run_report(arguments); });
}

void add_verify(CLI::App& app, VerifyArguments& arguments) {
  CLI::App& command = *app.add_subcommand(
      "verify",
      "Say whether a folder has the published gpt2: its logits, and its tokens where it "
      "has a tokenizer; exit code 0 for yes, 1 for no");
  command.add_option("--model", arguments.model, "Folder in the published layout")
      ->required()
      ->check(kNotEmpty);
  add_activation(command, arguments.activation);
  command
      .add_option("--known", arguments.known,
                  "Known logits of another model, in the form of tools/verify/gpt2.json")
      ->check(kNotEmpty);
  add_threads(command, arguments.threads);
  add_json(command, arguments.json);
  command.callback([&arguments] { arguments.same = run_verify(arguments); });
}

/// Names and prompts that a message quotes may have line breaks and other control characters, which
/// a terminal would obey, and file names bytes of any kind.
std::string on_one_line(const std::string& message) {
  std::string line;
  for (const char letter : replace_invalid_utf8(message)) {
    const auto byte = static_cast<unsigned char>(letter);
    if (letter == '\n' || letter == '\r') {
      line += letter == '\n' ? "\\n" : "\\r";
    } else if (byte < ' ' || byte == kDelete) {
      constexpr std::string_view kHex = "0123456789ABCDEF";
      line += {'\\', 'x', kHex[byte >> 4U], kHex[byte & 0x0FU]};
    } else {
      line += letter;
    }
  }
  return line;
}

int fail(int code, const std::string& message) {
  std::cerr << "patchboard: " << on_one_line(message) << '\n';
  return code;
}

/// Whatever is not UTF-8 could be neither tokenized as it was meant nor printed.
void require_utf8_arguments(std::span<char* const> arguments) {
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string name = "argument " + std::to_string(i);
    require_utf8(arguments[i], {.code = ErrorCode::kState, .name = name});
  }
}

int run(int argc, char** argv) {
  CLI::App app("Activation patching for GPT-2", "patchboard");
  app.require_subcommand(0, 1);  // none is refused below, after a word that is no subcommand
  PredictArguments predict;
  PatchArguments patch;
  CellArguments cell;
  RunArguments lens;
  AttentionArguments attention;
  NeuronsArguments neurons;
  TemplateArguments templates;
  PairsArguments pairs;
  ReplayArguments replay;
  SynthArguments synth;
  ConvertArguments convert;
  BenchArguments bench;
  ReportArguments report;
  VerifyArguments verify;
  add_predict(app, predict);
  add_patch(app, patch);
  add_cell(app, cell);
  add_lens(app, lens);
  add_attention(app, attention);
  add_neurons(app, neurons);
  add_template(app, templates);
  add_pairs(app, pairs);
  add_replay(app, replay);
  add_synth(app, synth);
  add_convert(app, convert);
  add_bench(app, bench);
  add_report(app, report);
  add_verify(app, verify);
  try {
    require_utf8_arguments({argv, static_cast<std::size_t>(argc)});
    app.parse(argc, argv);
    if (!app.get_subcommands().empty()) {
      return patch.passed && replay.same && verify.same ? 0 : kFailure;
    }
    return fail(kBadInput,
                "expected a subcommand, predict, patch, cell, lens, attention, neurons, template, "
                "pairs, replay, report, verify, synth, convert or bench; see --help");
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    return fail(kBadInput, error.what());
  } catch (const Error& error) {
    return fail(kBadInput, error.what());
  } catch (const std::bad_alloc&) {
    return fail(kFailure, "not enough memory for this model and these prompts");
  } catch (const std::exception& error) {
    return fail(kFailure, std::string("this should not happen, please report it: ") + error.what());
  }
}

}  // namespace
}  // namespace patchboard

int main(int argc, char** argv) {
#ifdef __GLIBC__
  // Each block of the model takes and frees the same tens of MB. Giving them back to the system in
  // between costs a tenth of a sweep's time, in page faults.
  mallopt(M_MMAP_THRESHOLD, std::numeric_limits<int>::max());
  mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
#endif
  return patchboard::run(argc, argv);
}
