#include "tests/core/support/small_model.h"

#include "tests/core/support/random_model.h"
#include "tests/core/support/safetensors_writer.h"

namespace patchboard::testing {

const SmallModel& small_model() {
  static const SmallModel kModel = [] {
    SmallModel model;
    model.config = small_config(3, 2, 12, kSmallTokenizerSize + 3);
    model.config.bos_token_id = static_cast<TokenId>(model.config.vocab_size - 1);
    model.weights = random_weights(model.config, 20);
    model.config_text = config_json(model.config);
    model.weights_file = safetensors_file(published_tensors(model.weights));
    model.tokenizer = small_tokenizer_files();
    return model;
  }();
  return kModel;
}

}  // namespace patchboard::testing
