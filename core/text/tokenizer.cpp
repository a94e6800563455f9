#include "core/text/tokenizer.h"

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_map>
#include <utility>

#include "core/error.h"
#include "core/input/utf8.h"
#include "core/text/added_tokens.h"
#include "core/text/bpe.h"
#include "core/text/byte_alphabet.h"
#include "core/text/split.h"
#include "core/text/tokenizer_parts.h"

namespace patchboard {
namespace {

constexpr std::size_t kBytes = 256;
constexpr std::string_view kHex = "0123456789ABCDEF";

std::string hex(unsigned char byte) { return {kHex[byte >> 4U], kHex[byte & 0x0FU]}; }

[[noreturn]] void refuse_files(const std::string& what) {
  throw Error(ErrorCode::kTokenizer, what);
}

TokenizerParts parts_of(const TokenizerFiles& files) {
  if (files.vocab_json.empty() && files.merges_txt.empty() && !files.tokenizer_json.empty()) {
    return whole_tokenizer(files.tokenizer_json);
  }
  return published_tokenizer(files);
}

}  // namespace

struct Tokenizer::Tables {
  explicit Tables(TokenizerParts parts);

  std::string vocab_name;
  TokenId size = 0;
  std::unordered_map<TokenId, std::string> bytes;  // what each token stands for
  std::unordered_map<std::string, TokenId> ids;    // by the symbol as it is written
  std::array<std::optional<TokenId>, kBytes> byte_ids{};
  BytePairMerges merges;
  AddedTokens added;
  bool adds_prefix_space = false;
  bool ignores_merges = false;

  void add_merge(const SymbolMerge& merge);
  void encode_part(std::string_view text, std::vector<TokenId>& into) const;
  void encode_piece(std::string_view piece, std::vector<TokenId>& into) const;
  [[noreturn]] void refuse_character(std::string_view piece, std::size_t at) const;
};

Tokenizer::Tables::Tables(TokenizerParts parts)
    : vocab_name(std::move(parts.vocab_name)),
      adds_prefix_space(parts.adds_prefix_space),
      ignores_merges(parts.ignores_merges) {
  for (const auto& [symbol, id] : parts.symbols) {
    size = std::max(size, id + 1);
    // A token that is not written in the alphabet is what it is, as in the library.
    bytes.emplace(id, symbol_to_bytes(symbol).value_or(symbol));
  }
  ids = std::move(parts.symbols);
  for (std::size_t byte = 0; byte < kBytes; ++byte) {
    const auto found = ids.find(byte_to_symbol(static_cast<unsigned char>(byte)));
    if (found != ids.end()) {
      byte_ids[byte] = found->second;
    }
  }
  for (const SymbolMerge& merge : parts.merges) {
    add_merge(merge);
  }
  for (const AddedToken& token : parts.added.tokens()) {
    bytes.insert_or_assign(token.id, token.content);
  }
  added = AddedTokens(parts.added.tokens());
}

void Tokenizer::Tables::add_merge(const SymbolMerge& merge) {
  const auto id_of = [&](const std::string& symbol) {
    const auto found = ids.find(symbol);
    if (found == ids.end()) {
      refuse_files(merge.place + ": `" + symbol + "` is not in " + vocab_name + "'s vocabulary");
    }
    return found->second;
  };
  if (!merges.add(id_of(merge.left), id_of(merge.right), id_of(merge.left + merge.right))) {
    refuse_files(merge.place + ": \"" + merge.left + " " + merge.right + "\" is there twice");
  }
}

void Tokenizer::Tables::encode_part(std::string_view text, std::vector<TokenId>& into) const {
  std::string with_space;
  if (adds_prefix_space && !text.starts_with(' ')) {
    with_space = " " + std::string(text);
    text = with_space;
  }
  for (const std::string_view piece : split_pieces(text)) {
    encode_piece(piece, into);
  }
}

void Tokenizer::Tables::encode_piece(std::string_view piece, std::vector<TokenId>& into) const {
  if (ignores_merges) {
    std::string symbol;
    for (const char byte : piece) {
      symbol += byte_to_symbol(static_cast<unsigned char>(byte));
    }
    if (const auto found = ids.find(symbol); found != ids.end()) {
      into.push_back(found->second);
      return;
    }
  }
  std::vector<TokenId> symbols;
  for (std::size_t at = 0; at < piece.size(); ++at) {
    const std::optional<TokenId> id = byte_ids[static_cast<unsigned char>(piece[at])];
    if (!id) {
      refuse_character(piece, at);
    }
    symbols.push_back(*id);
  }
  const std::vector<TokenId> merged = merges.apply(symbols);
  into.insert(into.end(), merged.begin(), merged.end());
}

void Tokenizer::Tables::refuse_character(std::string_view piece, std::size_t at) const {
  std::size_t begin = 0;
  std::size_t length = first_code_point(piece).length;
  while (begin + length <= at) {
    begin += length;
    length = first_code_point(piece.substr(begin)).length;
  }
  throw Error(ErrorCode::kPrompt, "`" + std::string(piece.substr(begin, length)) +
                                      "` cannot be written in the tokens of " + vocab_name +
                                      ", which has none for its byte 0x" +
                                      hex(static_cast<unsigned char>(piece[at])));
}

Tokenizer::Tokenizer(const TokenizerFiles& files)
    : tables_(std::make_unique<const Tables>(parts_of(files))) {}

Tokenizer::Tokenizer(std::unique_ptr<const Tables> tables) : tables_(std::move(tables)) {}

Tokenizer Tokenizer::gpt2(std::string_view merges_txt) {
  return Tokenizer(std::make_unique<const Tables>(gpt2_tokenizer(merges_txt)));
}

Tokenizer::~Tokenizer() = default;
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;

TokenId Tokenizer::vocab_size() const { return tables_->size; }

const std::string& Tokenizer::vocab_name() const { return tables_->vocab_name; }

bool Tokenizer::knows(TokenId id) const { return tables_->bytes.contains(id); }

bool Tokenizer::is_special(TokenId id) const { return tables_->added.is_special(id); }

std::vector<TokenId> Tokenizer::encode(std::string_view text, SpecialTokens special) const {
  const std::string valid = replace_invalid_utf8(text);
  std::vector<TokenId> ids;
  for (const auto& [part, token] :
       tables_->added.split(valid, special == SpecialTokens::kAreTokens)) {
    if (token) {
      ids.push_back(*token);
    } else {
      tables_->encode_part(part, ids);
    }
  }
  return ids;
}

std::string Tokenizer::decode(std::span<const TokenId> ids) const {
  std::string text;
  for (const TokenId id : ids) {
    const auto found = tables_->bytes.find(id);
    if (found == tables_->bytes.end()) {
      refuse_files("token id " + std::to_string(id) + " is not in the vocabulary, expected 0 to " +
                   std::to_string(vocab_size() - 1));
    }
    text += found->second;
  }
  return text;
}

std::string Tokenizer::display_text(TokenId id) const {
  const std::string bytes = decode(std::span(&id, 1));
  std::string text;
  for (std::string_view rest = bytes; !rest.empty();) {
    const CodePoint point = first_code_point(rest);
    for (const char byte : rest.substr(0, point.length)) {
      if (point.valid) {
        text += byte;
      } else {
        text += "\\x" + hex(static_cast<unsigned char>(byte));
      }
    }
    rest.remove_prefix(point.length);
  }
  return text;
}

}  // namespace patchboard
