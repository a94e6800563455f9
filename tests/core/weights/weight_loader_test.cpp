#include "core/weights/weight_loader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>

#include "core/weights/tensor_slots.h"
#include "tests/core/support/random_model.h"
#include "tests/core/support/safetensors_writer.h"

namespace patchboard {
namespace {

using testing::FileTensor;
using testing::published_tensors;
using testing::random_weights;
using testing::safetensors_file;

// Odd sizes, so that in F16 and BF16 tensors begin at odd multiples of two bytes.
Config odd_config() {
  Config config = testing::small_config(2, 1, 3, 5);
  config.d_mlp = 7;
  config.n_positions = 5;
  return config;
}

/// Feeds `file` in pieces of `piece` bytes.
Weights load(const Config& config, const std::string& file, std::size_t piece) {
  WeightLoader loader(config);
  const auto bytes = std::as_bytes(std::span(file));
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    loader.feed(bytes.subspan(at, std::min(piece, bytes.size() - at)));
  }
  return loader.finish();
}

Weights load(const Config& config, const std::vector<FileTensor>& tensors) {
  const std::string file = safetensors_file(tensors);
  return load(config, file, file.size());
}

/// Every value of a model, to compare models by.
std::vector<FileTensor> values_of(const Config& config, const Weights& weights) {
  return published_tensors(config, weights, DType::kF32);
}

void expect_same(const Config& config, const Weights& weights, const Weights& expected) {
  const std::vector<FileTensor> left = values_of(config, weights);
  const std::vector<FileTensor> right = values_of(config, expected);
  ASSERT_EQ(left.size(), right.size());
  for (std::size_t i = 0; i < left.size(); ++i) {
    EXPECT_EQ(left[i].data, right[i].data) << left[i].name;
  }
}

/// The file's tensors with their dtypes changing from one to the next.
std::vector<FileTensor> mixed_tensors(const Config& config, const Weights& weights) {
  constexpr std::array kDTypes = {DType::kF16, DType::kF32, DType::kBF16};
  std::vector<FileTensor> mixed;
  for (std::size_t i = 0; const DType dtype : kDTypes) {
    const std::vector<FileTensor> tensors = published_tensors(config, weights, dtype);
    mixed.resize(tensors.size());
    for (std::size_t at = i++; at < tensors.size(); at += kDTypes.size()) {
      mixed[at] = tensors[at];
    }
  }
  return mixed;
}

TEST(WeightLoader, PutsEveryF32InItsPlace) {
  const Config config = odd_config();
  const Weights weights = random_weights(config, 1);
  expect_same(config, load(config, published_tensors(config, weights)), weights);
}

TEST(WeightLoader, ReadsMatricesRowByRow) {
  const Config config = odd_config();
  std::vector<FileTensor> tensors = published_tensors(config, random_weights(config, 2));
  std::vector<float> counting(15);
  std::iota(counting.begin(), counting.end(), 0.0F);
  tensors[0].data = testing::encoded(DType::kF32, counting.data(), counting.size());
  ASSERT_EQ(tensors[0].name, "wte.weight");
  const Weights weights = load(config, tensors);
  EXPECT_EQ(weights.wte(0, 2), 2.0F);
  EXPECT_EQ(weights.wte(1, 0), 3.0F);
  EXPECT_EQ(weights.wte(4, 2), 14.0F);
}

template <typename Number>
Weights rounded_to(const Config& config, Weights weights) {
  for (const TensorSlot& slot : tensor_slots(config, weights)) {
    if (slot.required) {
      float* values = slot.allocate();
      const std::uint64_t count = slot.shape[0] * (slot.shape.size() == 2 ? slot.shape[1] : 1);
      std::transform(values, values + count, values,
                     [](float value) { return static_cast<float>(static_cast<Number>(value)); });
    }
  }
  return weights;
}

TEST(WeightLoader, WidensF16AndBF16) {
  const Config config = odd_config();
  const Weights weights = random_weights(config, 3);
  expect_same(config, load(config, published_tensors(config, weights, DType::kF16)),
              rounded_to<Eigen::half>(config, weights));
  expect_same(config, load(config, published_tensors(config, weights, DType::kBF16)),
              rounded_to<Eigen::bfloat16>(config, weights));
}

TEST(WeightLoader, GivesTheSameWeightsForPiecesOfEverySize) {
  const Config config = odd_config();
  Weights weights = random_weights(config, 4);
  weights.lm_head = testing::random_matrix(5, 3, 5);
  const std::string file = safetensors_file(mixed_tensors(config, weights));
  const Weights expected = load(config, file, file.size());
  for (const std::size_t piece : {1U, 2U, 3U, 5U, 7U, 64U}) {
    expect_same(config, load(config, file, piece), expected);
  }
}

TEST(WeightLoader, TakesEmptyPieces) {
  const Config config = odd_config();
  const Weights weights = random_weights(config, 6);
  const std::string file = safetensors_file(published_tensors(config, weights));
  WeightLoader loader(config);
  loader.feed({});
  loader.feed(std::as_bytes(std::span(file)));
  loader.feed({});
  expect_same(config, loader.finish(), weights);
}

TEST(WeightLoader, TakesTensorsInAnyOrder) {
  const Config config = odd_config();
  const Weights weights = random_weights(config, 7);
  std::vector<FileTensor> tensors = published_tensors(config, weights);
  std::ranges::reverse(tensors);
  expect_same(config, load(config, tensors), weights);
}

TEST(WeightLoader, TakesNamesWithThePrefix) {
  const Config config = odd_config();
  Weights weights = random_weights(config, 8);
  weights.lm_head = testing::random_matrix(5, 3, 9);
  std::vector<FileTensor> tensors = published_tensors(config, weights);
  for (FileTensor& tensor : tensors) {
    if (tensor.name != "lm_head.weight") {  // as the published files with a head have it
      tensor.name = "transformer." + tensor.name;
    }
  }
  expect_same(config, load(config, tensors), weights);
}

TEST(WeightLoader, TiesTheUnembeddingWhereThereIsNoHead) {
  const Config config = odd_config();
  Weights weights = random_weights(config, 10);
  const Weights tied = load(config, published_tensors(config, weights));
  EXPECT_FALSE(tied.lm_head);
  EXPECT_EQ(&tied.unembedding(), &tied.wte);
  weights.lm_head = testing::random_matrix(5, 3, 11);
  const Weights untied = load(config, published_tensors(config, weights));
  EXPECT_EQ(untied.unembedding(), *weights.lm_head);
}

TEST(WeightLoader, SkipsMaskBuffersWhateverTheyHold) {
  const Config config = odd_config();
  const Weights weights = random_weights(config, 12);
  std::vector<FileTensor> tensors = published_tensors(config, weights);
  const float infinity = std::numeric_limits<float>::infinity();
  const std::string bytes = testing::encoded(DType::kF32, &infinity, 1);
  tensors.insert(tensors.begin(), {"h.0.attn.bias", "F32", {1, 1, 1, 1}, bytes});
  tensors.insert(tensors.begin() + 5, {"h.0.attn.masked_bias", "F32", {}, bytes});
  tensors.insert(tensors.begin() + 9, {"transformer.h.1.attn.bias", "U8", {5}, "\1\1\1\1\1"});
  tensors.push_back({"transformer.h.1.attn.masked_bias", "F32", {0}, ""});
  const std::string file = safetensors_file(tensors);
  expect_same(config, load(config, file, file.size()), weights);
  expect_same(config, load(config, file, 1), weights);
}

TEST(WeightLoader, TakesAHeaderPaddedWithSpacesAndMetadata) {
  const Config config = odd_config();
  const Weights weights = random_weights(config, 13);
  const std::string file = safetensors_file(published_tensors(config, weights));
  const std::size_t data = file.find("}}") + 2;
  const std::string header = R"({"__metadata__":{"format":"pt"},)" + file.substr(9, data - 9);
  const std::string padded = safetensors_file(header + "     ", file.substr(data));
  expect_same(config, load(config, padded, padded.size()), weights);
}

}  // namespace
}  // namespace patchboard
