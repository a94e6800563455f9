// vocab.json, merges.txt, and texts that are encoded: more tokens than the bytes, as a JSON object;
// merges; a text. A vocabulary that does not begin with `{` is taken as it is.

#include <map>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/input/text_input.h"
#include "core/input/utf8.h"
#include "core/text/byte_alphabet.h"
#include "core/text/split.h"
#include "core/text/tokenizer.h"
#include "tests/core/reference/naive_bpe.h"
#include "tests/fuzz/fuzz_entry.h"

namespace patchboard::fuzz {
namespace {

/// The 256 bytes under their values, and what `more` adds to them.
std::string vocabulary_with(std::string_view more) {
  std::string text;
  for (int byte = 0; byte < 256; ++byte) {
    text += (byte == 0 ? "{" : ",") +
            nlohmann::json(byte_to_symbol(static_cast<unsigned char>(byte))).dump() + ":" +
            std::to_string(byte);
  }
  const std::size_t first = more.find_first_not_of(" \t\r\n", 1);
  const bool is_empty = first == std::string_view::npos || more[first] == '}';
  return text + (is_empty ? "" : ",") + std::string(more.substr(1));
}

/// The merges as they are told, of a file that the tokenizer has read.
reference::NaiveMerges naive_merges(const std::string& vocabulary, std::string_view text) {
  const nlohmann::json ids = nlohmann::json::parse(vocabulary);
  text = without_byte_order_mark(text);
  reference::NaiveMerges merges;
  for (std::size_t number = 1; !text.empty(); ++number) {
    std::string line(text.substr(0, text.find('\n')));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.ends_with('\r')) {
      line.pop_back();
    }
    const std::size_t space = line.find(' ');
    if (line.empty() || (number == 1 && line.starts_with("#version"))) {
      continue;
    }
    const std::string left = line.substr(0, space);
    const std::string right = line.substr(space + 1);
    merges[{ids.at(left), ids.at(right)}] = {static_cast<int>(merges.size()), ids.at(left + right)};
  }
  return merges;
}

std::vector<TokenId> naive_encode(const reference::NaiveMerges& merges, const std::string& valid) {
  std::vector<TokenId> ids;
  for (const std::string_view piece : split_pieces(valid)) {
    std::vector<TokenId> symbols;
    for (const char byte : piece) {
      symbols.push_back(static_cast<unsigned char>(byte));
    }
    const std::vector<TokenId> merged = reference::naive_bpe(merges, symbols);
    ids.insert(ids.end(), merged.begin(), merged.end());
  }
  return ids;
}

}  // namespace

void run(std::string_view input) {
  const auto file = parts(input, 3);
  const bool adds = file[0].starts_with('{');
  const std::string vocabulary = adds ? vocabulary_with(file[0]) : std::string(file[0]);
  const Tokenizer tokenizer(vocabulary, file[1]);
  const std::vector<TokenId> ids = tokenizer.encode(file[2]);
  const std::string valid = replace_invalid_utf8(file[2]);
  require(tokenizer.decode(ids) == valid, "a text is decoded as it was encoded");
  for (const TokenId id : ids) {
    const std::string shown = tokenizer.display_text(id);
    require(replace_invalid_utf8(shown) == shown, "what is shown of a token is UTF-8");
  }
  if (adds && valid.size() < 200) {
    require(naive_encode(naive_merges(vocabulary, file[1]), valid) == ids,
            "a text is encoded as it is told");
  }
}

}  // namespace patchboard::fuzz
