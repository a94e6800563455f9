#pragma once

#include <string_view>

namespace patchboard {

/// The texts of the files beside a model's weights that say how text becomes tokens; empty where
/// one is not there. `vocab_json` and `merges_txt` go together. Where they are not there,
/// `tokenizer_json` says everything, and the others nothing.
struct TokenizerFiles {
  std::string_view vocab_json = {};         ///< token -> id
  std::string_view merges_txt = {};         ///< a merge in each line, the first one first
  std::string_view tokenizer_json = {};     ///< all of it, as the tokenizers library writes it
  std::string_view added_tokens_json = {};  ///< token -> id
  std::string_view special_tokens_map_json = {};
  std::string_view tokenizer_config_json = {};
};

}  // namespace patchboard
