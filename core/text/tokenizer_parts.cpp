#include "core/text/tokenizer_parts.h"

#include <algorithm>
#include <utility>

namespace patchboard {

AddedToken* AddedVocabulary::find(std::string_view content) {
  const auto found = places_.find(std::string(content));
  return found == places_.end() ? nullptr : &tokens_[found->second];
}

void AddedVocabulary::add(AddedToken token) {
  if (token.content.empty() || !places_.emplace(token.content, tokens_.size()).second) {
    return;
  }
  end_id_ = std::max(end_id_, token.id + 1);
  tokens_.push_back(std::move(token));
}

std::optional<TokenId> id_in_vocabulary(const TokenizerParts& parts, std::string_view content) {
  const auto found = parts.symbols.find(std::string(content));
  return found == parts.symbols.end() ? std::nullopt : std::optional(found->second);
}

TokenId next_added_id(const TokenizerParts& parts) {
  return std::max(static_cast<TokenId>(parts.symbols.size()), parts.added.end_id());
}

std::optional<std::pair<std::string, std::string>> merge_symbols(std::string_view line) {
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos || space == 0 || space + 1 == line.size() ||
      line.find(' ', space + 1) != std::string_view::npos) {
    return std::nullopt;
  }
  return std::pair(std::string(line.substr(0, space)), std::string(line.substr(space + 1)));
}

}  // namespace patchboard
