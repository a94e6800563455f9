#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/prompts/template.h"
#include "core/token_id.h"

namespace patchboard {

/// At most as many repairs are offered.
inline constexpr std::size_t kMaxRepairs = 12;

/// Words of one prompt, with the space before them, and the tokens that they split into.
struct SplitWords {
  std::string text;  ///< empty where the other prompt only has more
  std::vector<std::string> tokens;

  bool operator==(const SplitWords&) const = default;
};

/// A place where two prompts differ.
struct WordDifference {
  SplitWords clean;
  SplitWords corrupted;
};

/// Two prompts that line up, made from two that do not.
struct Repair {
  std::string clean;
  std::string corrupted;
  std::size_t tokens = 0;   ///< of each
  std::string explanation;  ///< what was replaced
};

/// Why two prompts do not line up, and what would make them.
struct RepairReport {
  std::size_t clean_tokens = 0;
  std::size_t corrupted_tokens = 0;
  std::vector<WordDifference> differences;  ///< from left to right, also those that line up
  std::vector<Repair> repairs;  ///< the likeliest to be meant first, at most kMaxRepairs
};

/// Compares two prompts word by word. Where words differ in their number of tokens, one of them is
/// replaced, first in the corrupted prompt and then in the clean one, by: a candidate; the same
/// word with other capitals or, at the start of the prompt, another leading space; a word of the
/// other prompt that begins with the same case; the word's own first tokens; nothing, where the
/// other prompt has nothing. Every repair that is offered was encoded and has prompts of one length
/// that differ. Without a difference in length there is none to offer.
///
/// candidates: words, with or without a space before them. token_text: how a token is shown.
[[nodiscard]] RepairReport repair_lengths(std::string_view clean, std::string_view corrupted,
                                          std::span<const std::string> candidates,
                                          const Encode& encode,
                                          const std::function<std::string(TokenId)>& token_text);

}  // namespace patchboard
