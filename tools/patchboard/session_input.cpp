#include "tools/patchboard/session_input.h"

#include <unistd.h>

#include <iostream>

#include "core/weights/config_activation.h"
#include "core/weights/other_heads.h"
#include "core/weights/quantization.h"
#include "tools/patchboard/model_folder.h"

namespace patchboard {

namespace {

/// What a person should know of a model that was read.
void tell_of_model(const Session& session) {
  if (session.quantization() != DType::kOther) {
    std::cerr << "note: " << quantization_cost(session.quantization()) << '\n';
  }
  if (session.assumes_activation()) {
    std::cerr << "note: " << assumed_activation(session.config())
              << "; --activation says another\n";
  }
  if (const std::string left = left_aside_text(session.left_aside()); !left.empty()) {
    std::cerr << "note: " << left << '\n';
  }
}

}  // namespace

void load_model(Session& session, const ModelArguments& model, WeightFormat dtype,
                bool needs_tokenizer) {
  const TokenizerUse own = needs_tokenizer ? TokenizerUse::kRequired : TokenizerUse::kIfPresent;
  const TokenizerUse use = model.tokenizer.empty() ? own : TokenizerUse::kGpt2;
  if (model.model.empty()) {
    load_embedded_model(session, dtype, use, model.activation);
  } else {
    load_model_folder(session, model.model, dtype, use, model.activation);
  }
  if (!model.json) {
    tell_of_model(session);
  }
  if (use == TokenizerUse::kGpt2 && !model.json) {
    std::cout << (model.model.empty() ? "The embedded model" : model.model)
              << ", with GPT-2's tokenizer\n";
  }
}

std::uint64_t usable_memory() {
  const auto pages = static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES));
  return pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)) / 4 * 3;
}

std::vector<TokenId> prompt_ids(const Session& session, const std::string& text,
                                const std::vector<TokenId>& ids, PromptOptions options) {
  return ids.empty() ? session.prompt(text, options) : session.prompt(ids, options);
}

nlohmann::ordered_json tokens_json(const Session& session, const std::vector<TokenId>& ids) {
  auto tokens = nlohmann::ordered_json::array();
  for (const TokenId id : ids) {
    tokens.push_back({{"id", id}, {"text", session.token_text(id)}});
  }
  return tokens;
}

nlohmann::ordered_json predictions_json(const Session& session,
                                        const std::vector<Prediction>& predictions) {
  auto json = nlohmann::ordered_json::array();
  for (const Prediction& prediction : predictions) {
    const auto id = static_cast<TokenId>(prediction.token);
    json.push_back({{"id", id},
                    {"text", session.token_text(id)},
                    {"logit", prediction.logit},
                    {"prob", prediction.prob}});
  }
  return json;
}

std::string text_of(const Session& session, const std::vector<TokenId>& ids) {
  std::string text;
  for (const TokenId id : ids) {
    text += session.token_text(id);
  }
  return text;
}

std::string shown(const Session& session, TokenId id) {
  const std::string text = session.token_text(id);
  return session.is_special(id) ? text : in_quotes(text);
}

}  // namespace patchboard
