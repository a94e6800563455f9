#include "tools/patchboard/known_logits.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/shallow_json.h"

namespace patchboard {
namespace {

using Json = nlohmann::json;

[[noreturn]] void refuse(const std::string& what) {
  throw Error(ErrorCode::kState, "known logits: " + what);
}

KnownPrompt prompt_of(const Json& json, Index vocab_size) {
  KnownPrompt prompt{.text = json.at("text").get<std::string>(),
                     .ids = json.at("token_ids").get<std::vector<TokenId>>(),
                     .tokens = json.at("tokens").get<std::vector<std::string>>(),
                     .top_ids = {},
                     .top_logits = {},
                     .log_sum_exp = json.at("logsumexp").get<double>()};
  for (const Json& top : json.at("top")) {
    prompt.top_ids.push_back(top.at("id").get<TokenId>());
    prompt.top_logits.push_back(top.at("logit").get<double>());
  }
  const auto unknown = [&](TokenId id) { return id < 0 || id >= vocab_size; };
  if (prompt.top_ids.empty() || std::ranges::any_of(prompt.top_ids, unknown)) {
    refuse("\"" + prompt.text + "\": \"top\" is empty or has an id that is not in the vocabulary");
  }
  return prompt;
}

KnownLogits known_of(const Json& json) {
  KnownLogits known;
  known.model = json.at("model").get<std::string>();
  const Json& config = json.at("config");
  known.config.n_layer = config.at("n_layer").get<Index>();
  known.config.n_head = config.at("n_head").get<Index>();
  known.config.d_model = config.at("n_embd").get<Index>();
  known.config.vocab_size = config.at("vocab_size").get<Index>();
  for (const Json& prompt : json.at("prompts")) {
    known.prompts.push_back(prompt_of(prompt, known.config.vocab_size));
  }
  if (known.prompts.empty()) {
    refuse("no prompts, expected at least one");
  }
  return known;
}

/// By id: [vocab_size].
std::vector<double> logits_of(const std::vector<Prediction>& all) {
  std::vector<double> logits(all.size());
  for (const Prediction& prediction : all) {
    logits[static_cast<std::size_t>(prediction.token)] = static_cast<double>(prediction.logit);
  }
  return logits;
}

double log_sum_exp(const std::vector<double>& logits) {
  const double largest = *std::ranges::max_element(logits);
  double sum = 0;
  for (const double logit : logits) {
    sum += std::exp(logit - largest);
  }
  return largest + std::log(sum);
}

bool splits_the_same(const Session& session, const KnownPrompt& known) {
  if (session.encode(known.text) != known.ids) {
    return false;
  }
  return std::ranges::equal(known.ids, known.tokens, {},
                            [&](TokenId id) { return session.token_text(id); });
}

}  // namespace

bool PromptVerdict::passes() const {
  return logit_difference <= kLogitTolerance && log_sum_exp_difference <= kLogitTolerance &&
         same_tokens.value_or(true);
}

KnownLogits read_known_logits(std::string_view json) {
  try {
    return known_of(parse_shallow_json(json));
  } catch (const Json::exception& error) {
    refuse(std::string("expected the form of tools/verify/gpt2.json: ") + error.what());
  }
}

bool same_sizes(const Config& known, const Config& config) {
  return known.n_layer == config.n_layer && known.n_head == config.n_head &&
         known.d_model == config.d_model && known.vocab_size == config.vocab_size;
}

PromptVerdict verify_prompt(Session& session, const KnownPrompt& known, bool has_tokenizer) {
  const std::vector<Prediction> all = session.predict(known.ids, session.config().vocab_size);
  const std::vector<double> logits = logits_of(all);
  PromptVerdict verdict;
  for (std::size_t i = 0; i < known.top_ids.size(); ++i) {
    const double logit = logits[static_cast<std::size_t>(known.top_ids[i])];
    verdict.logit_difference =
        std::max(verdict.logit_difference, std::abs(logit - known.top_logits[i]));
    verdict.same_ids += i < all.size() && all[i].token == known.top_ids[i] ? 1U : 0U;
  }
  verdict.log_sum_exp_difference = std::abs(log_sum_exp(logits) - known.log_sum_exp);
  if (has_tokenizer) {
    verdict.same_tokens = splits_the_same(session, known);
  }
  return verdict;
}

}  // namespace patchboard
