// A tokenizer's files, and a text that is encoded: vocab.json (more tokens than the bytes, as a
// JSON object; one that does not begin with `{` is taken as it is), merges.txt, a text, and what
// stands beside the two: added_tokens.json, special_tokens_map.json, tokenizer_config.json. Where
// the first two are empty, the fourth is tokenizer.json.

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

/// What holds for any tokenizer.
std::vector<TokenId> encode_checked(const Tokenizer& tokenizer, std::string_view text,
                                    SpecialTokens special) {
  const std::vector<TokenId> ids = tokenizer.encode(text, special);
  for (const TokenId id : ids) {
    require(tokenizer.knows(id), "an id that was encoded is known");
    const std::string shown = tokenizer.display_text(id);
    require(replace_invalid_utf8(shown) == shown, "what is shown of a token is UTF-8");
  }
  return ids;
}

void run_whole(std::string_view tokenizer_json, std::string_view text) {
  const Tokenizer tokenizer({.tokenizer_json = tokenizer_json});
  (void)encode_checked(tokenizer, text, SpecialTokens::kAreTokens);
  (void)encode_checked(tokenizer, text, SpecialTokens::kAreText);
}

void run(std::string_view input) {
  const auto file = parts(input, 6);
  if (file[0].empty() && file[1].empty()) {
    run_whole(file[3], file[2]);
    return;
  }
  const bool adds = file[0].starts_with('{');
  const std::string vocabulary = adds ? vocabulary_with(file[0]) : std::string(file[0]);
  const Tokenizer tokenizer({.vocab_json = vocabulary,
                             .merges_txt = file[1],
                             .added_tokens_json = file[3],
                             .special_tokens_map_json = file[4],
                             .tokenizer_config_json = file[5]});
  (void)encode_checked(tokenizer, file[2], SpecialTokens::kAreTokens);
  if (!file[3].empty() || !file[4].empty() || !file[5].empty()) {
    return;  // which may put a space before, or take one
  }
  const std::vector<TokenId> ids = encode_checked(tokenizer, file[2], SpecialTokens::kAreText);
  const std::string valid = replace_invalid_utf8(file[2]);
  require(tokenizer.decode(ids) == valid, "a text is decoded as it was encoded");
  if (adds && valid.size() < 200) {
    require(naive_encode(naive_merges(vocabulary, file[1]), valid) == ids,
            "a text is encoded as it is told");
  }
}

}  // namespace patchboard::fuzz
