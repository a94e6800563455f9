#include <algorithm>

#include "core/error.h"
#include "core/text/byte_alphabet.h"
#include "core/text/tokenizer_parts.h"

namespace patchboard {
namespace {

constexpr std::size_t kBytes = 256;
constexpr std::size_t kMerges = 50'000;
constexpr const char* kEndOfText = "<|endoftext|>";

/// UTF-8 has the order of the characters.
std::vector<std::string> byte_symbols() {
  std::vector<std::string> symbols;
  symbols.reserve(kBytes);
  for (std::size_t byte = 0; byte < kBytes; ++byte) {
    symbols.push_back(byte_to_symbol(static_cast<unsigned char>(byte)));
  }
  std::ranges::sort(symbols);
  return symbols;
}

}  // namespace

TokenizerParts gpt2_tokenizer(std::string_view merges_txt) {
  TokenizerParts parts;
  parts.vocab_name = "GPT-2's tokenizer";
  parts.merges = read_merges(merges_txt);
  if (parts.merges.size() != kMerges) {
    throw Error(ErrorCode::kTokenizer,
                "GPT-2's merges.txt: " + std::to_string(parts.merges.size()) +
                    " merges, expected " + std::to_string(kMerges));
  }
  const auto add = [&](const std::string& symbol) {
    parts.symbols.emplace(symbol, static_cast<TokenId>(parts.symbols.size()));
  };
  std::ranges::for_each(byte_symbols(), add);
  for (const SymbolMerge& merge : parts.merges) {
    add(merge.left + merge.right);
  }
  parts.added.add({.content = kEndOfText,
                   .id = static_cast<TokenId>(parts.symbols.size()),
                   .is_special = true});
  add(kEndOfText);
  return parts;
}

}  // namespace patchboard
