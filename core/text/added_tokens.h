#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "core/token_id.h"

namespace patchboard {

/// A token that text holds as it is written, before anything is split or merged.
struct AddedToken {
  std::string content;
  TokenId id = 0;
  bool is_special = false;     ///< such as `<|endoftext|>`: text that is to be plain leaves it out
  bool takes_left = false;     ///< `lstrip`: white space before it is part of it
  bool takes_right = false;    ///< `rstrip`
  bool is_normalized = false;  ///< looked for after those that are not
};

/// Finds added tokens in a text: from the left, the longest where several begin.
/// Source: huggingface/tokenizers, `AddedVocabulary::find_matches`.
class AddedTokens {
 public:
  /// A part of a text that is one added token, or is none.
  struct Part {
    std::string_view text;
    std::optional<TokenId> token;
  };

  AddedTokens() = default;
  explicit AddedTokens(std::vector<AddedToken> tokens);

  /// The parts cover the text. with_special: else special tokens are ordinary text.
  [[nodiscard]] std::vector<Part> split(std::string_view text, bool with_special) const;

  [[nodiscard]] bool is_special(TokenId id) const;

 private:
  [[nodiscard]] const AddedToken* longest_at(std::string_view text, bool is_normalized) const;
  void split_into(std::vector<Part>& parts, std::string_view text, bool is_normalized,
                  bool with_special) const;

  static constexpr std::size_t kBytes = 256;

  std::array<std::vector<AddedToken>, kBytes> tokens_;  // [first byte], the longest first
  std::unordered_set<TokenId> special_ids_;
};

}  // namespace patchboard
