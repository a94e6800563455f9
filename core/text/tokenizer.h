#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/token_id.h"

namespace patchboard {

/// GPT-2's byte-level byte-pair encoding.
///
/// Text is split by GPT-2's pattern, each piece is taken as bytes, and neighbouring symbols are
/// merged, lowest rank first. Special tokens such as `<|endoftext|>` are ordinary text here.
/// Invalid UTF-8 is read as the WHATWG decoder reads it: each maximal invalid part becomes U+FFFD.
/// Source: Radford et al. 2019, section 2.2; openai/gpt-2 `src/encoder.py`.
class Tokenizer {
 public:
  /// vocab_json: the text of `vocab.json`, token string -> id. merges_txt: the text of
  /// `merges.txt`. Errors: kTokenizer, naming the file and the entry or line.
  Tokenizer(std::string_view vocab_json, std::string_view merges_txt);
  ~Tokenizer();
  Tokenizer(Tokenizer&&) noexcept;
  Tokenizer& operator=(Tokenizer&&) noexcept;

  [[nodiscard]] std::size_t vocab_size() const;

  /// text: UTF-8. Returns the ids, in order; empty for empty text.
  [[nodiscard]] std::vector<TokenId> encode(std::string_view text) const;

  /// The exact bytes of the tokens, one after another; not always valid UTF-8.
  /// Errors: kTokenizer for an id that is not in the vocabulary.
  [[nodiscard]] std::string decode(std::span<const TokenId> ids) const;

  /// One token for a person to read, always valid UTF-8: bytes that are no UTF-8 by themselves are
  /// written as `\xHH`. Spaces and newlines stay as they are.
  /// Errors: kTokenizer for an id that is not in the vocabulary.
  [[nodiscard]] std::string display_text(TokenId id) const;

 private:
  struct Tables;
  std::unique_ptr<const Tables> tables_;
};

}  // namespace patchboard
