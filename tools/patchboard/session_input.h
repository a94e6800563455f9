#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/math/packed_matrix.h"
#include "core/session/session.h"
#include "tools/patchboard/arguments.h"
#include "tools/patchboard/visible_text.h"

namespace patchboard {

/// needs_tokenizer: whether text was given. A tokenizer that is not the model's own is told, unless
/// JSON is printed.
/// Errors: see model_folder.h.
void load_model(Session& session, const ModelArguments& model, WeightFormat dtype,
                bool needs_tokenizer);

/// What weights and an experiment may take together, in bytes: three quarters of this machine's
/// memory.
[[nodiscard]] std::uint64_t usable_memory();

/// The ids where they were given, else those of the text; as they are run.
[[nodiscard]] std::vector<TokenId> prompt_ids(const Session& session, const std::string& text,
                                              const std::vector<TokenId>& ids,
                                              PromptOptions options);

/// [{id, text}]
[[nodiscard]] nlohmann::ordered_json tokens_json(const Session& session,
                                                 const std::vector<TokenId>& ids);

/// [{id, text, logit, prob}]
[[nodiscard]] nlohmann::ordered_json predictions_json(const Session& session,
                                                      const std::vector<Prediction>& predictions);

/// The tokens' texts, joined.
[[nodiscard]] std::string text_of(const Session& session, const std::vector<TokenId>& ids);

/// A token for a terminal: see `in_quotes`; a special one, which is no text, without quotes.
[[nodiscard]] std::string shown(const Session& session, TokenId id);

}  // namespace patchboard
