#include "tests/fuzz/tiny_model.h"

#include "tests/core/support/random_model.h"
#include "tests/core/support/safetensors_writer.h"
#include "tests/core/support/small_tokenizer.h"

namespace patchboard::fuzz {
namespace {

Config tiny_config() {
  Config config = testing::small_config(2, 2, 4, testing::kSmallTokenizerSize + 3);
  config.n_positions = 12;
  config.bos_token_id = 0;
  return config;
}

reference::PlainWeights tiny_weights() { return testing::random_weights(tiny_config(), 20); }

}  // namespace

Session& tiny_session() {
  static Session session(1);
  static const bool kLoaded = [] {
    const testing::TokenizerTexts files = testing::small_tokenizer_files();
    const std::string weights =
        testing::safetensors_file(testing::published_tensors(tiny_weights()));
    session.begin(testing::config_json(tiny_config()));
    session.set_tokenizer(files);
    session.feed(std::as_bytes(std::span(weights)));
    session.finish();
    return true;
  }();
  static_cast<void>(kLoaded);
  return session;
}

const Gpt2& tiny_model() {
  static const Gpt2 kModel(tiny_config(), reference::packed(tiny_config(), tiny_weights()));
  return kModel;
}

ThreadPool& one_thread() {
  static ThreadPool pool(1);
  return pool;
}

}  // namespace patchboard::fuzz
