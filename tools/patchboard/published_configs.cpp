#include "tools/patchboard/published_configs.h"

namespace patchboard {
namespace {

Config gpt2_config(Index n_layer, Index n_head, Index d_model) {
  Config config;
  config.n_layer = n_layer;
  config.n_head = n_head;
  config.d_model = d_model;
  config.d_mlp = 4 * d_model;
  config.vocab_size = 50257;
  config.n_positions = 1024;
  return config;
}

}  // namespace

const std::vector<PublishedConfig>& published_configs() {
  static const std::vector<PublishedConfig> kConfigs = {{"gpt2", gpt2_config(12, 12, 768)},
                                                        {"gpt2-medium", gpt2_config(24, 16, 1024)},
                                                        {"gpt2-large", gpt2_config(36, 20, 1280)},
                                                        {"gpt2-xl", gpt2_config(48, 25, 1600)}};
  return kConfigs;
}

}  // namespace patchboard
