#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/session/session.h"
#include "tools/patchboard/arguments.h"

namespace patchboard {

/// needs_tokenizer: whether text was given.
void load_model(Session& session, const CommonArguments& arguments, bool needs_tokenizer);

/// The ids where they were given, else those of the text.
[[nodiscard]] std::vector<TokenId> prompt_ids(const Session& session, const std::string& text,
                                              const std::vector<TokenId>& ids);

/// [{id, text}]
[[nodiscard]] nlohmann::ordered_json tokens_json(const Session& session,
                                                 const std::vector<TokenId>& ids);

/// A token for a terminal: in quotes, with line breaks and tabs escaped.
[[nodiscard]] std::string shown(const Session& session, TokenId id);

}  // namespace patchboard
