#include "core/text/tokenizer.h"

#include <array>
#include <unordered_map>
#include <utility>

#include "core/error.h"
#include "core/input/input_value.h"
#include "core/input/text_input.h"
#include "core/input/utf8.h"
#include "core/text/bpe.h"
#include "core/text/byte_alphabet.h"
#include "core/text/split.h"

namespace patchboard {
namespace {

using SymbolIds = std::unordered_map<std::string, TokenId>;

constexpr std::size_t kBytes = 256;

[[noreturn]] void refuse(const std::string& what) { throw Error(ErrorCode::kTokenizer, what); }

InputValue parse_vocab(std::string_view text) {
  const InputSource source{.code = ErrorCode::kTokenizer, .name = "vocab.json"};
  refuse_lfs_pointer(text, source);
  return InputValue::parse(text, source);
}

/// What merges.txt says, without a byte order mark.
std::string_view merges_of(std::string_view text) {
  const InputSource source{.code = ErrorCode::kTokenizer, .name = "merges.txt"};
  refuse_lfs_pointer(text, source);
  require_utf8(text, source);
  return without_byte_order_mark(text);
}

/// The two symbols of a line of merges.txt.
std::pair<std::string, std::string> merge_parts(std::string_view line, std::size_t number) {
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos || space == 0 || space + 1 == line.size() ||
      line.find(' ', space + 1) != std::string_view::npos) {
    refuse("merges.txt line " + std::to_string(number) + ": \"" + std::string(line) +
           "\", expected two symbols with a space between them");
  }
  return {std::string(line.substr(0, space)), std::string(line.substr(space + 1))};
}

/// Calls body(line, number) for every line that holds a merge.
template <typename Body>
void for_each_merge(std::string_view text, const Body& body) {
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
    const bool is_version = number == 1 && line.starts_with("#version");
    if (!line.empty() && !is_version) {
      body(line, number);
    }
  }
}

}  // namespace

struct Tokenizer::Tables {
  std::vector<std::string> bytes;  // [id], what each token stands for
  std::array<TokenId, kBytes> byte_ids{};
  BytePairMerges merges;

  SymbolIds read_vocab(std::string_view json);
  void read_merges(std::string_view text, const SymbolIds& ids);
};

SymbolIds Tokenizer::Tables::read_vocab(std::string_view json) {
  const InputValue vocab = parse_vocab(json);
  std::vector<bool> seen(vocab.size());
  bytes.resize(vocab.size());
  SymbolIds ids;
  for (const auto& [symbol, value] : vocab.members()) {
    const auto id = value.whole<std::size_t>(0, seen.size() - 1);
    if (seen[id]) {
      value.refuse("every whole number from 0 to " + std::to_string(seen.size() - 1) + " once");
    }
    std::optional<std::string> decoded = symbol_to_bytes(symbol);
    if (!decoded || decoded->empty()) {
      refuse("vocab.json: `" + symbol + "` is not written in GPT-2's byte alphabet");
    }
    seen[id] = true;
    bytes[id] = *std::move(decoded);
    ids.emplace(symbol, static_cast<TokenId>(id));
  }
  for (std::size_t byte = 0; byte < kBytes; ++byte) {
    const std::string symbol = byte_to_symbol(static_cast<unsigned char>(byte));
    const auto found = ids.find(symbol);
    if (found == ids.end()) {
      refuse("vocab.json: no token `" + symbol + "` for the byte " + std::to_string(byte) +
             ", expected one for every byte");
    }
    byte_ids[byte] = found->second;
  }
  return ids;
}

void Tokenizer::Tables::read_merges(std::string_view text, const SymbolIds& ids) {
  for_each_merge(merges_of(text), [&](std::string_view line, std::size_t number) {
    const auto [left, right] = merge_parts(line, number);
    const auto id_of = [&](const std::string& symbol) {
      const auto found = ids.find(symbol);
      if (found == ids.end()) {
        refuse("merges.txt line " + std::to_string(number) + ": `" + symbol +
               "` is not in vocab.json");
      }
      return found->second;
    };
    if (!merges.add(id_of(left), id_of(right), id_of(left + right))) {
      refuse("merges.txt line " + std::to_string(number) + ": \"" + std::string(line) +
             "\" is there twice");
    }
  });
}

Tokenizer::Tokenizer(std::string_view vocab_json, std::string_view merges_txt) {
  auto tables = std::make_unique<Tables>();
  const SymbolIds ids = tables->read_vocab(vocab_json);
  tables->read_merges(merges_txt, ids);
  tables_ = std::move(tables);
}

Tokenizer::~Tokenizer() = default;
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;

std::size_t Tokenizer::vocab_size() const { return tables_->bytes.size(); }

std::vector<TokenId> Tokenizer::encode(std::string_view text) const {
  const std::string valid = replace_invalid_utf8(text);
  std::vector<TokenId> ids;
  std::vector<TokenId> symbols;
  for (const std::string_view piece : split_pieces(valid)) {
    symbols.clear();
    for (const char byte : piece) {
      symbols.push_back(tables_->byte_ids[static_cast<unsigned char>(byte)]);
    }
    const std::vector<TokenId> merged = tables_->merges.apply(symbols);
    ids.insert(ids.end(), merged.begin(), merged.end());
  }
  return ids;
}

std::string Tokenizer::decode(std::span<const TokenId> ids) const {
  std::string text;
  for (const TokenId id : ids) {
    if (id < 0 || static_cast<std::size_t>(id) >= vocab_size()) {
      throw Error(ErrorCode::kTokenizer, "token id " + std::to_string(id) +
                                             " is not in the vocabulary, expected 0 to " +
                                             std::to_string(vocab_size() - 1));
    }
    text += tables_->bytes[static_cast<std::size_t>(id)];
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
        constexpr std::string_view kHex = "0123456789ABCDEF";
        const auto value = static_cast<unsigned char>(byte);
        text += {'\\', 'x', kHex[value >> 4U], kHex[value & 0x0FU]};
      }
    }
    rest.remove_prefix(point.length);
  }
  return text;
}

}  // namespace patchboard
