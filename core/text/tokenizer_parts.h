#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/text/added_tokens.h"
#include "core/text/tokenizer_files.h"
#include "core/token_id.h"

namespace patchboard {

/// One learned merge, and where it is said: "merges.txt line 2".
struct SymbolMerge {
  std::string left;
  std::string right;
  std::string place;
};

/// Tokens beside a vocabulary, each once: of one that is said more often, what is said first
/// counts.
class AddedVocabulary {
 public:
  [[nodiscard]] AddedToken* find(std::string_view content);
  /// A token without any text is none.
  void add(AddedToken token);
  /// The largest id, and one; 0 where there are none.
  [[nodiscard]] TokenId end_id() const { return end_id_; }
  [[nodiscard]] const std::vector<AddedToken>& tokens() const { return tokens_; }

 private:
  std::vector<AddedToken> tokens_;
  std::unordered_map<std::string, std::size_t> places_;
  TokenId end_id_ = 0;
};

/// What a tokenizer is made of, from whichever files say it. Symbols are as they are written.
struct TokenizerParts {
  std::string vocab_name;  ///< where symbols are said, for messages: "vocab.json"
  std::unordered_map<std::string, TokenId> symbols;
  std::vector<SymbolMerge> merges;
  AddedVocabulary added;
  /// A space before a text, and before what follows an added token, that does not begin with one.
  bool adds_prefix_space = false;
  /// A piece that is a symbol is that, whatever the merges would make of it.
  bool ignores_merges = false;
};

/// The id of a token that the vocabulary has.
[[nodiscard]] std::optional<TokenId> id_in_vocabulary(const TokenizerParts& parts,
                                                      std::string_view content);

/// What the libraries number a new token that the vocabulary lacks: behind it, and behind those
/// that were added.
[[nodiscard]] TokenId next_added_id(const TokenizerParts& parts);

/// "left right"; none where that is not two symbols with one space between them.
[[nodiscard]] std::optional<std::pair<std::string, std::string>> merge_symbols(
    std::string_view line);

/// The lines of `merges.txt`, but for its version. Errors: kTokenizer, naming the line.
[[nodiscard]] std::vector<SymbolMerge> read_merges(std::string_view merges_txt);

/// Of `vocab.json` and `merges.txt`, with what `added_tokens.json`, `special_tokens_map.json` and
/// `tokenizer_config.json` add: the last one's `added_tokens_decoder`, `add_prefix_space` and
/// special tokens. `<|endoftext|>` is special unless they name others in its place.
/// Errors: kTokenizer, naming the file and the entry or line.
/// Source: huggingface/transformers 5.24, `GPT2Tokenizer.from_pretrained`.
[[nodiscard]] TokenizerParts published_tokenizer(const TokenizerFiles& files);

/// GPT-2's own, of its `merges.txt` alone, which gives the vocabulary: the 256 bytes in the order
/// of their characters, what each merge makes, and `<|endoftext|>`. Errors: kTokenizer for another
/// number of merges than GPT-2's. Source: openai/tiktoken `load.py`,
/// `data_gym_to_mergeable_bpe_ranks`.
[[nodiscard]] TokenizerParts gpt2_tokenizer(std::string_view merges_txt);

/// Of `tokenizer.json` alone: byte-level BPE as the tokenizers library's `Tokenizer.from_file`
/// reads it, without what its post-processor would add.
/// Errors: kTokenizer for what it holds beside that (another model, another splitting, a
/// normalizer), and for what is malformed, naming the key.
/// Source: huggingface/tokenizers 0.23, `models/bpe`, `pre_tokenizers/byte_level`.
[[nodiscard]] TokenizerParts whole_tokenizer(std::string_view tokenizer_json);

}  // namespace patchboard
