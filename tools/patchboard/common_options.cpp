#include "tools/patchboard/common_options.h"

#include <algorithm>
#include <limits>
#include <thread>

#include "core/weights/config_activation.h"
#include "tools/patchboard/weight_formats.h"

namespace patchboard {
namespace {

constexpr int kMaxThreads = 256;

}  // namespace

void add_threads(CLI::App& command, int& threads) {
  threads = std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, kMaxThreads);
  add_whole(command, "--threads", threads, "Threads; all cores by default", 1, kMaxThreads);
}

void add_json(CLI::App& command, bool& json) { command.add_flag("--json", json, "Print JSON"); }

void add_common(CLI::App& command, CommonArguments& arguments) {
  command
      .add_option("--model", arguments.model,
                  "Folder with config.json, model.safetensors and its tokenizer (vocab.json and "
                  "merges.txt, or tokenizer.json), or with pytorch_model.bin; or one .safetensors, "
                  ".bin or .pt with the rest beside it, or a .gguf, which has all of that in one "
                  "file; without it, the embedded model")
      ->check(kNotEmpty);
  add_activation(command, arguments.activation);
  add_threads(command, arguments.threads);
  add_json(command, arguments.json);
}

void add_activation(CLI::App& command, std::string& activation) {
  command
      .add_option("--activation", activation,
                  "What a model's neurons are put through where its files do not say it, as "
                  "nanoGPT's: gelu (its own since 2023), gelu_new (before), or relu")
      ->check(
          CLI::IsMember(std::vector<std::string>(kActivationNames.begin(), kActivationNames.end()))
              .description(""));
}

void add_tokenizer(CLI::App& command, std::string& tokenizer) {
  command
      .add_option("--tokenizer", tokenizer,
                  "gpt2: GPT-2's own tokenizer, which is part of this program, for a model with "
                  "GPT-2's vocabulary that has no tokenizer beside its weights")
      ->check(CLI::IsMember(std::vector<std::string>{"gpt2"}).description(""));
}

void add_dtype(CLI::App& command, WeightFormat& dtype) {
  command
      .add_option("--dtype", dtype,
                  "How weights are kept: f32, f16 (half the memory) or q8_0 (a quarter)")
      ->transform(format_by_name());
}

CLI::Option* add_ids(CLI::App& command, const std::string& name, std::vector<TokenId>& ids,
                     const std::string& what) {
  return add_wholes<TokenId>(command, name, ids, what + ", as token ids: 1,2,3", 0,
                             std::numeric_limits<TokenId>::max());
}

void add_prompt_flags(CLI::App& command, PromptOptions& prompts) {
  command.add_flag("--bos", prompts.bos,
                   "Put the model's bos_token_id before every prompt, of ids too, as position 0");
  command.add_flag_callback(
      "--no-special-tokens", [&prompts] { prompts.special_tokens = SpecialTokens::kAreText; },
      "Read special tokens such as <|endoftext|> in texts as plain text");
}

TextOrIds add_text_or_ids(CLI::App& command, const std::string& what, std::string& text,
                          std::vector<TokenId>& ids) {
  TextOrIds input{command.add_option("--text", text, what), add_ids(command, "--ids", ids, what)};
  input.ids->excludes(input.text);
  return input;
}

}  // namespace patchboard
