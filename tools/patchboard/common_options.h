#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "tools/patchboard/arguments.h"
#include "tools/patchboard/number_options.h"
#include "tools/patchboard/validators.h"

namespace patchboard {

inline constexpr int kMaxTop = 1'000'000;

void add_threads(CLI::App& command, int& threads);
void add_json(CLI::App& command, bool& json);
/// --model, --activation, --threads and --json.
void add_common(CLI::App& command, CommonArguments& arguments);
/// --activation.
void add_activation(CLI::App& command, std::string& activation);
/// --tokenizer.
void add_tokenizer(CLI::App& command, std::string& tokenizer);
void add_dtype(CLI::App& command, WeightFormat& dtype);

/// Token ids; which of them a model has, it says itself.
CLI::Option* add_ids(CLI::App& command, const std::string& name, std::vector<TokenId>& ids,
                     const std::string& what);

/// --bos and --no-special-tokens.
void add_prompt_flags(CLI::App& command, PromptOptions& prompts);

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

TextOrIds add_text_or_ids(CLI::App& command, const std::string& what, std::string& text,
                          std::vector<TokenId>& ids);

}  // namespace patchboard
