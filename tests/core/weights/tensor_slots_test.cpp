#include "core/weights/tensor_slots.h"

#include <gtest/gtest.h>

#include <map>

#include "tests/core/support/random_model.h"

namespace patchboard {
namespace {

using Shape = std::vector<std::uint64_t>;

TEST(TensorSlots, HaveThePublishedNamesAndShapes) {
  const Config config = testing::small_config(1, 2, 6, 11);
  std::map<std::string, Shape> shapes;
  for (const TensorShape& shape : tensor_shapes(config)) {
    shapes[shape.name] = shape.sizes();
    EXPECT_EQ(shape.required, shape.name != "lm_head.weight") << shape.name;
  }
  const std::map<std::string, Shape> published = {{"wte.weight", {11, 6}},
                                                  {"wpe.weight", {64, 6}},
                                                  {"h.0.ln_1.weight", {6}},
                                                  {"h.0.ln_1.bias", {6}},
                                                  {"h.0.attn.c_attn.weight", {6, 18}},
                                                  {"h.0.attn.c_attn.bias", {18}},
                                                  {"h.0.attn.c_proj.weight", {6, 6}},
                                                  {"h.0.attn.c_proj.bias", {6}},
                                                  {"h.0.ln_2.weight", {6}},
                                                  {"h.0.ln_2.bias", {6}},
                                                  {"h.0.mlp.c_fc.weight", {6, 24}},
                                                  {"h.0.mlp.c_fc.bias", {24}},
                                                  {"h.0.mlp.c_proj.weight", {24, 6}},
                                                  {"h.0.mlp.c_proj.bias", {6}},
                                                  {"ln_f.weight", {6}},
                                                  {"ln_f.bias", {6}},
                                                  {"lm_head.weight", {11, 6}}};
  EXPECT_EQ(shapes, published);
}

TEST(TensorSlots, HoldAsManyParametersAsTheConfigCounts) {
  Config config = testing::small_config(3, 3, 21, 50);
  config.d_mlp = 10;
  std::uint64_t count = 0;
  for (const TensorShape& shape : tensor_shapes(config)) {
    if (shape.required) {
      count += static_cast<std::uint64_t>(shape.rows * shape.cols);
    }
  }
  EXPECT_EQ(count, config.parameter_count());
}

TEST(TensorSlots, TakeNoMemoryUntilTheyAreAsked) {
  const Config config = testing::small_config(1, 1, 4, 5);
  Weights weights;
  const std::vector<TensorSlot> slots = tensor_slots(config, weights);
  EXPECT_EQ(weights.wte.cols(), 0);
  EXPECT_EQ(weights.h[0].mlp_c_fc.weight.cols(), 0);
  EXPECT_FALSE(weights.lm_head);
  slots.front().open(Strips(TensorKind::kEmbedding, 5, 4, DType::kF32, WeightFormat::kF32));
  EXPECT_EQ(weights.wte.rows(), 4);
  EXPECT_EQ(weights.wte.cols(), 5);
}

TEST(TensorSlots, TakeTheMemoryThatTheFormatNeedsAndLittleBeside) {
  const Config config = testing::small_config(2, 4, 256, 1000);
  const auto parameters = static_cast<double>(config.parameter_count());
  const reference::PlainWeights weights = testing::random_weights(config, 1);
  const auto bytes = [&](WeightFormat format) {
    return static_cast<double>(packed(config, weights, format).bytes()) / parameters;
  };
  EXPECT_LE(bytes(WeightFormat::kF32), 4 * 1.05);
  EXPECT_LE(bytes(WeightFormat::kF16), 2 * 1.05);
  EXPECT_LE(bytes(WeightFormat::kQ8), 1.125 * 1.05);
}

}  // namespace
}  // namespace patchboard
