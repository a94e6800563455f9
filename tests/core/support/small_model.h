#pragma once

#include <string>

#include "core/weights/config.h"
#include "tests/core/reference/plain_weights.h"
#include "tests/core/support/small_tokenizer.h"

namespace patchboard::testing {

/// A random model with the small tokenizer, and three ids that the tokenizer does not know.
struct SmallModel {
  Config config;
  reference::PlainWeights weights;
  std::string config_text;  ///< of config.json
  std::string weights_file;
  TokenizerTexts tokenizer;
};

/// 3 layers, 64 positions, 270 tokens, of which the last is the one to begin texts with.
const SmallModel& small_model();

}  // namespace patchboard::testing
