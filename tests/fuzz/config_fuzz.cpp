// config.json, and what is made of its sizes before any weight is there.

#include "core/weights/config.h"
#include "core/weights/weight_loader.h"
#include "tests/core/support/safetensors_writer.h"
#include "tests/fuzz/fuzz_entry.h"

namespace patchboard::fuzz {

void run(std::string_view input) {
  const Config config = parse_config(input);
  const Config again = parse_config(testing::config_json(config));
  require(testing::config_json(again) == testing::config_json(config),
          "what was written of a config is read as the same");
  require(config.d_head() * config.n_head == config.d_model, "heads divide d_model");
  if (config.n_layer <= 4) {  // there is a name for every tensor of every layer
    const WeightLoader loader(config, WeightFormat::kF32);
    require(!tensor_shapes(config).empty(), "a model has tensors");
  }
}

}  // namespace patchboard::fuzz
