#include "core/text/vocabulary_input.h"

#include <unordered_set>

#include "core/error.h"
#include "core/input/text_input.h"

namespace patchboard {

InputValue parse_tokenizer_file(std::string_view text, const std::string& name) {
  const InputSource source{.code = ErrorCode::kTokenizer, .name = name};
  refuse_lfs_pointer(text, source);
  return InputValue::parse(text, source);
}

std::unordered_map<std::string, TokenId> read_symbols(const InputValue& vocab) {
  std::unordered_map<std::string, TokenId> symbols;
  std::unordered_set<TokenId> seen;
  for (const auto& [symbol, value] : vocab.members()) {
    const auto id = value.whole<TokenId>(0, kMostTokenId);
    if (!seen.insert(id).second) {
      value.refuse("an id that no other token has");
    }
    if (symbol.empty()) {
      value.refuse("a token that is not empty");
    }
    symbols.emplace(symbol, id);
  }
  return symbols;
}

std::optional<InputValue> find_value(const InputValue& object, std::string_view key) {
  std::optional<InputValue> value = object.find(key);
  return value && value->is_null() ? std::nullopt : value;
}

bool flag_of(const InputValue& object, std::string_view key, bool if_missing) {
  const std::optional<InputValue> value = find_value(object, key);
  return value ? value->truth() : if_missing;
}

AddedToken read_added_token(const InputValue& value, TokenId id) {
  if (flag_of(value, "single_word", false)) {
    value.at("single_word").refuse("false: tokens that are only whole words are not supported");
  }
  AddedToken token;
  token.content = value.at("content").text();
  token.id = id;
  token.is_special = flag_of(value, "special", false);
  token.takes_left = flag_of(value, "lstrip", false);
  token.takes_right = flag_of(value, "rstrip", false);
  token.is_normalized = flag_of(value, "normalized", !token.is_special);
  return token;
}

}  // namespace patchboard
