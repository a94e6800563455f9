// The weights that `patchboard synth` writes, at sizes that fit into a test.

#include "tools/patchboard/synthetic_weights.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>
#include <span>
#include <sstream>
#include <vector>

#include "core/weights/safetensors_header.h"
#include "core/weights/tensor_slots.h"
#include "core/weights/weight_loader.h"
#include "tests/core/support/random_model.h"
#include "tools/patchboard/irwin_hall.h"

namespace patchboard {
namespace {

using testing::small_config;

/// wte is longer than a piece.
Config test_config() { return small_config(2, 2, 64, 1100); }

std::string weights_file(const Config& config, std::uint32_t seed) {
  std::ostringstream file;
  write_synthetic_weights(file, config, seed, [](std::uint64_t, std::uint64_t) {});
  return file.str();
}

std::string header_of(const std::string& file) {
  std::uint64_t size = 0;
  std::memcpy(&size, file.data(), sizeof size);
  return file.substr(sizeof size, size);
}

reference::PlainWeights loaded(const Config& config, const std::string& file) {
  WeightLoader loader(config, WeightFormat::kF32);
  loader.feed(std::as_bytes(std::span(file)));
  return reference::unpacked(config, loader.finish());
}

/// Expects the mean and the standard deviation within five standard errors.
template <typename Values>
void expect_distribution(const Values& values, double mean, double deviation) {
  const auto count = static_cast<double>(values.size());
  const auto exact = values.template cast<double>().array().eval();
  const double spread = std::sqrt((exact - exact.mean()).square().mean());
  EXPECT_NEAR(exact.mean(), mean, 5 * deviation / std::sqrt(count));
  EXPECT_NEAR(spread, deviation, 5 * deviation / std::sqrt(2 * count));
}

TEST(SyntheticWeights, TheHeaderNamesEveryTensorInTheOrderOfTheData) {
  const std::string header = header_of(weights_file(test_config(), 1));
  EXPECT_EQ(nlohmann::json::parse(header)["__metadata__"]["format"], "pt");
  EXPECT_EQ(header.size() % 8, 0U);
  const std::vector<TensorEntry> entries = parse_safetensors_header(header, "weights");
  std::size_t count = 0;
  for (const TensorShape& shape : tensor_shapes(test_config())) {
    if (shape.required) {
      ASSERT_LT(count, entries.size());
      EXPECT_EQ(entries[count].name, shape.name);
      EXPECT_EQ(entries[count].shape, shape.sizes());
      EXPECT_EQ(entries[count].dtype, DType::kF32);
      ++count;
    }
  }
  EXPECT_EQ(entries.size(), count);
}

TEST(SyntheticWeights, AreSpreadAsInGpt2) {
  const reference::PlainWeights weights = loaded(test_config(), weights_file(test_config(), 1));
  expect_distribution(weights.wte, 0, 0.02);
  expect_distribution(weights.wpe, 0, 0.01);
  for (const reference::PlainBlock& block : weights.h) {
    expect_distribution(block.attn_c_attn.weight, 0, 0.02);
    expect_distribution(block.attn_c_proj.weight, 0, 0.01);  // 0.02 / sqrt(2 · 2)
    expect_distribution(block.mlp_c_fc.weight, 0, 0.02);
    expect_distribution(block.mlp_c_proj.weight, 0, 0.01);
  }
}

TEST(SyntheticWeights, HaveBiasesAndGainsThatMatter) {
  const reference::PlainWeights weights = loaded(test_config(), weights_file(test_config(), 1));
  for (const reference::PlainBlock& block : weights.h) {
    for (const reference::PlainProjection* projection :
         {&block.attn_c_attn, &block.attn_c_proj, &block.mlp_c_fc, &block.mlp_c_proj}) {
      expect_distribution(projection->bias, 0, 0.02);
    }
    expect_distribution(block.ln_1.weight, 1, 0.02);
    expect_distribution(block.ln_2.bias, 0, 0.02);
  }
  expect_distribution(weights.ln_f.weight, 1, 0.02);
  expect_distribution(weights.ln_f.bias, 0, 0.02);
}

TEST(SyntheticWeights, DifferBetweenTensors) {
  const reference::PlainWeights weights = loaded(test_config(), weights_file(test_config(), 1));
  EXPECT_NE(weights.h[0].attn_c_attn.weight, weights.h[1].attn_c_attn.weight);
  EXPECT_NE(weights.h[0].ln_1.bias, weights.h[0].ln_2.bias);
}

TEST(SyntheticWeights, AreTheSameForTheSameSeedOnly) {
  const std::string file = weights_file(test_config(), 7);
  EXPECT_EQ(weights_file(test_config(), 7), file);
  const std::string other = weights_file(test_config(), 8);
  EXPECT_EQ(header_of(other), header_of(file));
  EXPECT_NE(other, file);
}

TEST(SyntheticWeights, ProgressEndsWithEveryByteOfTheTensors) {
  std::ostringstream file;
  std::vector<std::uint64_t> steps;
  write_synthetic_weights(file, test_config(), 1, [&](std::uint64_t written, std::uint64_t total) {
    EXPECT_EQ(total, test_config().parameter_count() * sizeof(float));
    steps.push_back(written);
  });
  EXPECT_TRUE(std::ranges::is_sorted(steps));
  EXPECT_EQ(steps.back(), test_config().parameter_count() * sizeof(float));
  EXPECT_EQ(file.str().size(), 8 + header_of(file.str()).size() + steps.back());
}

// The numbers are those of another implementation, in Python, of the standard's seed_seq and
// mt19937_64.
TEST(IrwinHall, IsTheSameOnEveryPlatform) {
  const auto first = [](IrwinHall numbers) {
    return std::vector<std::int32_t>{numbers.next(), numbers.next(), numbers.next(),
                                     numbers.next()};
  };
  EXPECT_EQ(first(IrwinHall(1, 0)), (std::vector{-41848, 12957, 3831, 61639}));
  EXPECT_EQ(first(IrwinHall(1, 1)), (std::vector{-14988, -13458, -6474, 57909}));
}

}  // namespace
}  // namespace patchboard
