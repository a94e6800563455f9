#pragma once

#include <map>
#include <string>

#include "core/text/tokenizer_files.h"

namespace patchboard {

/// The texts beside a model's weights in the published layout, where one file says all of them.
struct ModelTexts {
  std::string config_json;
  std::string vocab_json;  ///< empty where it says no tokenizer that is GPT-2's
  std::string merges_txt;
  std::string tokenizer_config_json;
  /// What is wrong with the tokenizer that it says: "`tokenizer.ggml.pre` is …"; empty where it
  /// says none, or one that is read.
  std::string tokenizer_problem;
  /// What the file itself calls the keys of `config_json`, for errors.
  std::map<std::string, std::string> own_keys;

  [[nodiscard]] bool has_tokenizer() const { return !vocab_json.empty(); }
  [[nodiscard]] TokenizerFiles tokenizer() const {
    return {.vocab_json = vocab_json,
            .merges_txt = merges_txt,
            .tokenizer_config_json = tokenizer_config_json};
  }
};

}  // namespace patchboard
