#include <algorithm>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "tools/patchboard/commands.h"
#include "tools/patchboard/embedded_data.h"
#include "tools/patchboard/json_text.h"
#include "tools/patchboard/known_logits.h"
#include "tools/patchboard/model_folder.h"

namespace patchboard {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

Json sizes_json(const Config& config) {
  return {{"n_layer", config.n_layer},
          {"n_head", config.n_head},
          {"n_embd", config.d_model},
          {"vocab_size", config.vocab_size}};
}

Json prompt_json(const KnownPrompt& known, const PromptVerdict& verdict) {
  return {{"text", known.text},
          {"logit_difference", verdict.logit_difference},
          {"logsumexp_difference", verdict.log_sum_exp_difference},
          {"same_ids", verdict.same_ids},
          {"ids", known.top_ids.size()},
          {"same_tokens", verdict.same_tokens ? Json(*verdict.same_tokens) : Json(nullptr)},
          {"passes", verdict.passes()}};
}

/// Loads the model and runs every prompt.
Json prompts_json(const VerifyArguments& arguments, const KnownLogits& known) {
  Session session(arguments.threads);
  load_model_folder(session, arguments.model, WeightFormat::kF32, TokenizerUse::kIfPresent,
                    arguments.activation);
  Json prompts = Json::array();
  for (const KnownPrompt& prompt : known.prompts) {
    prompts.push_back(prompt_json(prompt, verify_prompt(session, prompt, session.has_tokenizer())));
  }
  return prompts;
}

void print_prompt(const Json& prompt) {
  std::cout << (prompt.at("passes").get<bool>() ? "  yes  " : "  NO   ") << prompt.at("text").dump()
            << ": logits within " << prompt.at("logit_difference").get<double>()
            << ", logsumexp within " << prompt.at("logsumexp_difference").get<double>() << "; "
            << prompt.at("same_ids") << " of the " << prompt.at("ids")
            << " likeliest tokens in their places";
  if (!prompt.at("same_tokens").is_null()) {
    std::cout << (prompt.at("same_tokens").get<bool>() ? "; splits into the same tokens"
                                                       : "; splits into OTHER tokens");
  }
  std::cout << '\n';
}

void print_text(const Json& result) {
  if (!result.contains("prompts")) {
    std::cout << "no: there are known logits only for " << result.at("known").get<std::string>()
              << ", " << result.at("known_sizes").dump() << "; this model has "
              << result.at("sizes").dump() << '\n';
    return;
  }
  for (const Json& prompt : result.at("prompts")) {
    print_prompt(prompt);
  }
  std::cout << (result.at("verdict").get<bool>() ? "yes, this is " : "no, this is not ")
            << result.at("known").get<std::string>() << "; f32 arithmetic may differ by "
            << kLogitTolerance << '\n';
}

}  // namespace

bool run_verify(const VerifyArguments& arguments) {
  const KnownLogits known = read_known_logits(
      arguments.known.empty() ? std::string(embedded_known_logits()) : read_text(arguments.known));
  const ModelFiles files = model_files(arguments.model, arguments.activation);
  const Config config = parse_config(config_text(files, read_weights_headers(files)));
  Json result = {{"verdict", false},
                 {"known", known.model},
                 {"known_sizes", sizes_json(known.config)},
                 {"sizes", sizes_json(config)},
                 {"tolerance", kLogitTolerance}};
  if (same_sizes(known.config, config)) {
    result["prompts"] = prompts_json(arguments, known);
    result["verdict"] = std::ranges::all_of(
        result["prompts"], [](const Json& prompt) { return prompt.at("passes").get<bool>(); });
  }
  if (arguments.json) {
    print_json(result);
  } else {
    print_text(result);
  }
  return result.at("verdict").get<bool>();
}

}  // namespace patchboard
