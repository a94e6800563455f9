#include "tools/patchboard/known_logits.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/input/input_value.h"

namespace patchboard {
namespace {

KnownPrompt prompt_of(const InputValue& json, Index vocab_size) {
  const auto last = static_cast<TokenId>(vocab_size - 1);
  KnownPrompt prompt{.text = json.at("text").text(),
                     .ids = json.at("token_ids").ids(last),
                     .tokens = {},
                     .top_ids = {},
                     .top_logits = {},
                     .log_sum_exp = json.at("logsumexp").number()};
  for (const InputValue& token : json.at("tokens").list()) {
    prompt.tokens.push_back(token.text());
  }
  for (const InputValue& top : json.at("top").list(1, "ids with logits")) {
    prompt.top_ids.push_back(top.at("id").whole<TokenId>(0, last));
    prompt.top_logits.push_back(top.at("logit").number());
  }
  return prompt;
}

Index size_of(const InputValue& config, const char* key) {
  constexpr Index kMost = 10'000'000;  // as of a vocabulary
  return config.at(key).whole<Index>(1, kMost);
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

KnownLogits read_known_logits(std::string_view text) {
  const InputValue json =
      InputValue::parse(text, {.code = ErrorCode::kState, .name = "known logits"});
  KnownLogits known;
  known.model = json.at("model").text();
  const InputValue config = json.at("config");
  known.config.n_layer = size_of(config, "n_layer");
  known.config.n_head = size_of(config, "n_head");
  known.config.d_model = size_of(config, "n_embd");
  known.config.vocab_size = size_of(config, "vocab_size");
  for (const InputValue& prompt : json.at("prompts").list(1, "prompts")) {
    known.prompts.push_back(prompt_of(prompt, known.config.vocab_size));
  }
  return known;
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
    const double difference = std::abs(logit - known.top_logits[i]);
    if (!(difference <= verdict.logit_difference)) {  // what is not a number stays none
      verdict.logit_difference = difference;
    }
    verdict.same_ids += i < all.size() && all[i].token == known.top_ids[i] ? 1U : 0U;
  }
  verdict.log_sum_exp_difference = std::abs(log_sum_exp(logits) - known.log_sum_exp);
  if (has_tokenizer) {
    verdict.same_tokens = splits_the_same(session, known);
  }
  return verdict;
}

}  // namespace patchboard
