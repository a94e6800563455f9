#pragma once

#include <string>

#include "core/text/tokenizer_files.h"

namespace patchboard::testing {

/// The two files of a tokenizer.
struct TokenizerTexts {
  std::string vocab_json;
  std::string merges_txt;

  // NOLINTNEXTLINE(google-explicit-constructor): it stands for them.
  operator TokenizerFiles() const& { return {.vocab_json = vocab_json, .merges_txt = merges_txt}; }
  operator TokenizerFiles() const&& = delete;
};

/// Its tokens: the 256 bytes, each under its value; " Jones" (260) and " Smith" (265) with the
/// symbols on the way to them; "Mi" (266).
TokenizerTexts small_tokenizer_files();

inline constexpr int kSmallTokenizerSize = 267;
inline constexpr int kJones = 260;
inline constexpr int kSmith = 265;

}  // namespace patchboard::testing
