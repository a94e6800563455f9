#include "tools/patchboard/session_input.h"

#include "tools/patchboard/model_folder.h"

namespace patchboard {

void load_model(Session& session, const std::string& model, WeightFormat dtype,
                bool needs_tokenizer) {
  if (model.empty()) {
    load_embedded_model(session, dtype);
  } else {
    load_model_folder(session, model, dtype,
                      needs_tokenizer ? TokenizerUse::kRequired : TokenizerUse::kIfPresent);
  }
}

std::vector<TokenId> prompt_ids(const Session& session, const std::string& text,
                                const std::vector<TokenId>& ids) {
  return ids.empty() ? session.encode(text) : ids;
}

nlohmann::ordered_json tokens_json(const Session& session, const std::vector<TokenId>& ids) {
  auto tokens = nlohmann::ordered_json::array();
  for (const TokenId id : ids) {
    tokens.push_back({{"id", id}, {"text", session.token_text(id)}});
  }
  return tokens;
}

std::string shown(const Session& session, TokenId id) {
  return nlohmann::json(session.token_text(id)).dump();
}

}  // namespace patchboard
