#pragma once

#include <string>

namespace patchboard::testing {

/// The two files of a tokenizer.
struct TokenizerFiles {
  std::string vocab_json;
  std::string merges_txt;
};

/// Its tokens: the 256 bytes, each under its value; " Jones" (260) and " Smith" (265) with the
/// symbols on the way to them; "Mi" (266).
TokenizerFiles small_tokenizer_files();

inline constexpr int kSmallTokenizerSize = 267;
inline constexpr int kJones = 260;
inline constexpr int kSmith = 265;

}  // namespace patchboard::testing
