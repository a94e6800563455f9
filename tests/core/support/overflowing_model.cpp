#include "tests/core/support/overflowing_model.h"

#include "tests/core/support/random_model.h"

namespace patchboard::testing {

OverflowingModel overflowing_model(Index n_layer) {
  constexpr float kHuge = 3e38F;
  constexpr TokenId kHugeToken = 9;
  const Config config = small_config(n_layer, 2, 8, 20);
  reference::PlainWeights weights = random_weights(config, 1);
  for (reference::PlainBlock& block : weights.h) {
    // The norm of a huge vector is its bias: an overflown variance. So that its MLP adds nothing,
    // that of any other vector what it says.
    block.ln_2.bias.setZero();
    block.mlp_c_fc.bias.setZero();
    block.mlp_c_proj.bias.setZero();
    block.mlp_c_proj.weight.col(0).setConstant(kHuge / 10);
  }
  weights.wte.row(kHugeToken)[0] = kHuge;
  Experiment experiment{.clean = {1, 2, 3, 4},
                        .corrupted = {1, kHugeToken, 3, 4},
                        .targets = {{0}, {7}},
                        .sites = {Site::kMlpOut}};
  return {.model = {config, reference::packed(config, weights)},
          .experiment = std::move(experiment)};
}

}  // namespace patchboard::testing
