#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <limits>
#include <map>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include "core/error.h"
#include "tools/patchboard/commands.h"
#include "tools/patchboard/published_configs.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace patchboard {
namespace {

constexpr int kFailure = 1;
constexpr int kBadInput = 2;
constexpr int kMaxThreads = 256;
constexpr int kMaxRounds = 1000;
constexpr int kMaxLength = 1'000'000;
constexpr int kMaxTop = 1'000'000;

/// CLI11 would read an empty id as 0, and `--model ""` as no option at all.
const CLI::Validator kNotEmpty(
    [](const std::string& text) { return text.empty() ? "expected a value" : std::string(); }, "");

const std::map<std::string, WeightFormat> kFormats = {
    {"f32", WeightFormat::kF32}, {"f16", WeightFormat::kF16}, {"q8", WeightFormat::kQ8}};

const std::map<std::string, WeightFormat> kSmallFormats = {{"f16", WeightFormat::kF16},
                                                           {"q8", WeightFormat::kQ8}};

/// An input that is given as text or as token ids, exactly one of them.
struct TextOrIds {
  CLI::Option* text;
  CLI::Option* ids;

  void require() const {
    if (text->empty() && ids->empty()) {
      throw CLI::RequiredError(text->get_name() + " or " + ids->get_name());
    }
  }
};

template <typename Text>
TextOrIds add_text_or_ids(CLI::App& command, const std::string& what, const std::string& text_name,
                          Text& text, const std::string& ids_name, std::vector<TokenId>& ids) {
  TextOrIds input{command.add_option(text_name, text, what),
                  command.add_option(ids_name, ids, what + ", as token ids: 1,2,3")};
  input.ids->delimiter(',')->excludes(input.text)->check(kNotEmpty);
  return input;
}

void add_common(CLI::App& command, CommonArguments& arguments) {
  arguments.threads =
      std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, kMaxThreads);
  command
      .add_option("--model", arguments.model,
                  "Folder with config.json, model.safetensors, vocab.json and merges.txt; "
                  "without it, the embedded model")
      ->check(kNotEmpty);
  command.add_option("--threads", arguments.threads, "Threads; all cores by default")
      ->check(CLI::Range(1, kMaxThreads));
  command.add_flag("--json", arguments.json, "Print JSON");
}

void add_dtype(CLI::App& command, WeightFormat& dtype) {
  command
      .add_option("--dtype", dtype,
                  "How weights are kept: f32, f16 (half the memory) or q8 (a quarter)")
      ->transform(CLI::Transformer(kFormats).description(""));
}

void add_predict(CLI::App& app, PredictArguments& arguments) {
  CLI::App& command = *app.add_subcommand("predict", "Show the most probable next tokens");
  add_common(command, arguments);
  add_dtype(command, arguments.dtype);
  const TextOrIds prompt =
      add_text_or_ids(command, "Prompt", "--text", arguments.text, "--ids", arguments.ids);
  command.add_option("--top", arguments.top, "How many tokens to show")
      ->check(CLI::Range(1, kMaxTop));
  command.callback([&arguments, prompt] {
    prompt.require();
    run_predict(arguments);
  });
}

void add_patch(CLI::App& app, PatchArguments& arguments) {
  CLI::App& command = *app.add_subcommand(
      "patch", "Put clean resid_post into the corrupted run at every layer and position");
  add_common(command, arguments);
  add_dtype(command, arguments.dtype);
  const TextOrIds clean = add_text_or_ids(command, "Clean prompt", "--clean", arguments.clean,
                                          "--clean-ids", arguments.clean_ids);
  const TextOrIds corrupted =
      add_text_or_ids(command, "Corrupted prompt", "--corrupted", arguments.corrupted,
                      "--corrupted-ids", arguments.corrupted_ids);
  const TextOrIds targets =
      add_text_or_ids(command, "Tokens to measure, one or more", "--target", arguments.targets,
                      "--target-ids", arguments.target_ids);
  command.callback([&arguments, clean, corrupted, targets] {
    clean.require();
    corrupted.require();
    targets.require();
    run_patch(arguments);
  });
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
  command.add_option("--seed", arguments.seed, "The same seed gives the same bytes; 0 by default")
      ->check(kNotEmpty);
  command.add_option("--out", arguments.out, "Folder to write to, over a model that is there")
      ->required()
      ->check(kNotEmpty);
  command.callback([&arguments] { run_synth(arguments); });
}

void add_convert(CLI::App& app, ConvertArguments& arguments) {
  CLI::App& command = *app.add_subcommand(
      "convert", "Write a copy of a model with smaller weights, for the page or for this command");
  command.add_option("--model", arguments.model, "Folder in the published layout")
      ->required()
      ->check(kNotEmpty);
  command
      .add_option("--dtype", arguments.dtype,
                  "f16, which other programs read as well, or q8, which only Patchboard does")
      ->required()
      ->transform(CLI::Transformer(kSmallFormats).description(""));
  command.add_option("--out", arguments.out, "Folder to write to, over a model that is there")
      ->required()
      ->check(kNotEmpty);
  command.callback([&arguments] { run_convert(arguments); });
}

void add_bench(CLI::App& app, BenchArguments& arguments) {
  CLI::App& command =
      *app.add_subcommand("bench", "Time this build: the GEMM in one thread, and whole sweeps");
  add_common(command, arguments);
  command.add_option("--length", arguments.length, "Tokens of the sweeps' random prompts")
      ->check(CLI::Range(1, kMaxLength));
  command.add_option("--rounds", arguments.rounds, "How often each is timed; medians are shown")
      ->check(CLI::Range(1, kMaxRounds));
  command.callback([&arguments] { run_bench(arguments); });
}

/// Names and prompts that a message quotes may have line breaks of their own.
std::string on_one_line(std::string message) {
  for (auto at = message.find_first_of("\r\n"); at != std::string::npos;
       at = message.find_first_of("\r\n", at)) {
    message.replace(at, 1, message[at] == '\n' ? "\\n" : "\\r");
  }
  return message;
}

int fail(int code, const std::string& message) {
  std::cerr << "patchboard: " << on_one_line(message) << '\n';
  return code;
}

int run(int argc, char** argv) {
  CLI::App app("Activation patching for GPT-2", "patchboard");
  app.require_subcommand(0, 1);  // none is refused below, after a word that is no subcommand
  PredictArguments predict;
  PatchArguments patch;
  SynthArguments synth;
  ConvertArguments convert;
  BenchArguments bench;
  add_predict(app, predict);
  add_patch(app, patch);
  add_synth(app, synth);
  add_convert(app, convert);
  add_bench(app, bench);
  try {
    app.parse(argc, argv);
    return app.get_subcommands().empty()
               ? fail(kBadInput,
                      "expected a subcommand, predict, patch, synth, convert or bench; see --help")
               : 0;
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    return fail(kBadInput, error.what());
  } catch (const Error& error) {
    return fail(kBadInput, error.what());
  } catch (const std::bad_alloc&) {
    return fail(kFailure, "not enough memory for this model and these prompts");
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
