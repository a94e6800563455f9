#include "core/text/tokenizer_parts.h"

#include <algorithm>

namespace patchboard {

std::optional<TokenId> id_in_vocabulary(const TokenizerParts& parts, std::string_view content) {
  const auto found =
      std::ranges::find(parts.symbols, content, &std::pair<std::string, TokenId>::first);
  return found == parts.symbols.end() ? std::nullopt : std::optional(found->second);
}

TokenId next_added_id(const TokenizerParts& parts) {
  auto next = static_cast<TokenId>(parts.symbols.size());
  for (const AddedToken& token : parts.added) {
    next = std::max(next, token.id + 1);
  }
  return next;
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
