#include "tests/core/support/random_model.h"

#include <algorithm>
#include <random>

namespace patchboard::testing {

Config small_config(Index n_layer, Index n_head, Index d_model, Index vocab_size) {
  Config config;
  config.n_layer = n_layer;
  config.n_head = n_head;
  config.d_model = d_model;
  config.d_mlp = 4 * d_model;
  config.vocab_size = vocab_size;
  config.n_positions = 64;
  return config;
}

Config config_of_odd_groups() {
  Config config = small_config(2, 2, 70, 37);
  config.d_mlp = 45;
  config.n_positions = 3;
  return config;
}

reference::PlainWeights random_weights(const Config& config, std::uint32_t seed) {
  std::mt19937 generator(seed);
  std::normal_distribution<float> normal(0.0F, 0.3F);
  reference::PlainWeights weights = reference::plain_weights(config);
  for (const reference::PlainTensor& tensor : reference::tensors_of(weights)) {
    const bool is_gain =
        tensor.name.find("ln_") != std::string::npos && tensor.name.ends_with("weight");
    std::ranges::generate(tensor.values,
                          [&] { return normal(generator) + (is_gain ? 1.0F : 0.0F); });
  }
  return weights;
}

}  // namespace patchboard::testing
