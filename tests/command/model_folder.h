#pragma once

#include "tests/command/temporary_folder.h"
#include "tests/core/support/small_model.h"

namespace patchboard::testing {

/// Prompts for it: four tokens, `Mi| Jones| |x`, that differ at position 1.
constexpr const char* kClean = "Mi Jones x";
constexpr const char* kCorrupted = "Mi Smith x";

/// The small model in the published layout.
class ModelFolder : public TemporaryFolder {
 public:
  ModelFolder() {
    write("config.json", small_model().config_text);
    write("model.safetensors", small_model().weights_file);
    write("vocab.json", small_model().tokenizer.vocab_json);
    write("merges.txt", small_model().tokenizer.merges_txt);
  }

  void remove_tokenizer() const {
    remove("vocab.json");
    remove("merges.txt");
  }
};

}  // namespace patchboard::testing
