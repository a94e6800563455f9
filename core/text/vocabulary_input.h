#pragma once

#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/input/input_value.h"
#include "core/text/added_tokens.h"
#include "core/token_id.h"

namespace patchboard {

inline constexpr TokenId kMostTokenId = std::numeric_limits<TokenId>::max() - 1;

/// A tokenizer's file of JSON. Errors: kTokenizer.
[[nodiscard]] InputValue parse_tokenizer_file(std::string_view text, const std::string& name);

/// An object of tokens and their ids, each id once; some may be left out. Errors: kTokenizer.
[[nodiscard]] std::unordered_map<std::string, TokenId> read_symbols(const InputValue& vocab);

/// `{content, single_word, lstrip, rstrip, normalized, special}`, of which all but the content may
/// be left out. Errors: kTokenizer, also for `single_word`, which is not supported.
[[nodiscard]] AddedToken read_added_token(const InputValue& value, TokenId id);

/// The truth under a key, if there is one; null is none.
[[nodiscard]] bool flag_of(const InputValue& object, std::string_view key, bool if_missing);

/// What is under the key, if it is more than null.
[[nodiscard]] std::optional<InputValue> find_value(const InputValue& object, std::string_view key);

}  // namespace patchboard
