#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/text/tokenizer_files.h"
#include "core/token_id.h"

namespace patchboard {

/// Whether the text of a special token such as `<|endoftext|>` is that token, as every other tool
/// has it, or ordinary text, as a person may mean it.
enum class SpecialTokens { kAreTokens, kAreText };

/// How prompts become tokens, beside their tokenizer.
struct PromptOptions {
  bool bos = false;  ///< the model's `bos_token_id` before each, of ids too
  SpecialTokens special_tokens = SpecialTokens::kAreTokens;

  bool operator==(const PromptOptions&) const = default;
};

/// GPT-2's byte-level byte-pair encoding.
///
/// Added tokens are found first. What is between them is split by GPT-2's pattern, each piece is
/// taken as bytes, and neighbouring symbols are merged, lowest rank first.
/// Invalid UTF-8 is read as the WHATWG decoder reads it: each maximal invalid part becomes U+FFFD.
/// Source: Radford et al. 2019, section 2.2; openai/gpt-2 `src/encoder.py`; huggingface/tokenizers
/// for added tokens and the space before a text.
class Tokenizer {
 public:
  /// Errors: kTokenizer, naming the file and the entry or line.
  explicit Tokenizer(const TokenizerFiles& files);

  /// GPT-2's own. merges_txt: its `merges.txt`, which gives the vocabulary of 50 257 tokens.
  /// Errors: kTokenizer, naming the line; for another number of merges.
  [[nodiscard]] static Tokenizer gpt2(std::string_view merges_txt);

  ~Tokenizer();
  Tokenizer(Tokenizer&&) noexcept;
  Tokenizer& operator=(Tokenizer&&) noexcept;

  /// The largest id of the vocabulary, and one. Ids below may be missing; added tokens may lie
  /// above.
  [[nodiscard]] TokenId vocab_size() const;
  /// The file that says the vocabulary.
  [[nodiscard]] const std::string& vocab_name() const;
  [[nodiscard]] bool knows(TokenId id) const;
  /// Whether it is one that `SpecialTokens` is about.
  [[nodiscard]] bool is_special(TokenId id) const;

  /// text: UTF-8. Returns the ids, in order; empty for empty text.
  /// Errors: kPrompt for a character whose bytes are no tokens of this vocabulary.
  [[nodiscard]] std::vector<TokenId> encode(
      std::string_view text, SpecialTokens special = SpecialTokens::kAreTokens) const;

  /// The exact bytes of the tokens, one after another; not always valid UTF-8.
  /// Errors: kTokenizer for an id that is no token's.
  [[nodiscard]] std::string decode(std::span<const TokenId> ids) const;

  /// One token for a person to read, always valid UTF-8: bytes that are no UTF-8 by themselves are
  /// written as `\xHH`. Spaces and newlines stay as they are.
  /// Errors: kTokenizer for an id that is no token's.
  [[nodiscard]] std::string display_text(TokenId id) const;

 private:
  struct Tables;
  explicit Tokenizer(std::unique_ptr<const Tables> tables);

  std::unique_ptr<const Tables> tables_;
};

}  // namespace patchboard
