#include "tools/patchboard/common_options.h"

#include <algorithm>
#include <thread>

#include "tools/patchboard/weight_formats.h"

namespace patchboard {
namespace {

constexpr int kMaxThreads = 256;

}  // namespace

void add_threads(CLI::App& command, int& threads) {
  threads = std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, kMaxThreads);
  command.add_option("--threads", threads, "Threads; all cores by default")
      ->check(CLI::Range(1, kMaxThreads));
}

void add_json(CLI::App& command, bool& json) { command.add_flag("--json", json, "Print JSON"); }

void add_common(CLI::App& command, CommonArguments& arguments) {
  command
      .add_option("--model", arguments.model,
                  "Folder with config.json, model.safetensors, vocab.json and merges.txt; "
                  "without it, the embedded model")
      ->check(kNotEmpty);
  add_threads(command, arguments.threads);
  add_json(command, arguments.json);
}

void add_dtype(CLI::App& command, WeightFormat& dtype) {
  command
      .add_option("--dtype", dtype,
                  "How weights are kept: f32, f16 (half the memory) or q8 (a quarter)")
      ->transform(CLI::Transformer(weight_formats()).description(""));
}

TextOrIds add_text_or_ids(CLI::App& command, const std::string& what, std::string& text,
                          std::vector<TokenId>& ids) {
  TextOrIds input{command.add_option("--text", text, what),
                  command.add_option("--ids", ids, what + ", as token ids: 1,2,3")};
  input.ids->delimiter(',')->excludes(input.text)->check(kNotEmpty);
  return input;
}

}  // namespace patchboard
