#include "core/weights/weight_loader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>

#include "core/weights/tensor_slots.h"
#include "tests/core/support/expect_error.h"
#include "tests/core/support/random_model.h"
#include "tests/core/support/safetensors_writer.h"

namespace patchboard {
namespace {

using reference::PlainTensor;
using reference::PlainWeights;
using reference::unpacked;
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
Weights load_packed(const Config& config, const std::string& file, std::size_t piece,
                    WeightFormat format) {
  WeightLoader loader(config, format);
  const auto bytes = std::as_bytes(std::span(file));
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    loader.feed(bytes.subspan(at, std::min(piece, bytes.size() - at)));
  }
  return loader.finish();
}

PlainWeights load_plain(const Config& config, const std::string& file, std::size_t piece,
                        WeightFormat format = WeightFormat::kF32) {
  return unpacked(config, load_packed(config, file, piece, format));
}

PlainWeights load_plain(const Config& config, const std::vector<FileTensor>& tensors) {
  const std::string file = safetensors_file(tensors);
  return load_plain(config, file, file.size());
}

void expect_same(PlainWeights weights, PlainWeights expected) {
  const std::vector<PlainTensor> left = tensors_of(weights);
  const std::vector<PlainTensor> right = tensors_of(expected);
  ASSERT_EQ(left.size(), right.size());
  for (std::size_t i = 0; i < left.size(); ++i) {
    EXPECT_TRUE(std::ranges::equal(left[i].values, right[i].values)) << left[i].name;
  }
}

/// The file's tensors with their dtypes changing from one to the next.
std::vector<FileTensor> mixed_tensors(const PlainWeights& weights) {
  constexpr std::array kDTypes = {DType::kF16, DType::kF32, DType::kBF16};
  std::vector<FileTensor> mixed;
  for (std::size_t i = 0; const DType dtype : kDTypes) {
    const std::vector<FileTensor> tensors = published_tensors(weights, dtype);
    mixed.resize(tensors.size());
    for (std::size_t at = i++; at < tensors.size(); at += kDTypes.size()) {
      mixed[at] = tensors[at];
    }
  }
  return mixed;
}

TEST(WeightLoader, PutsEveryF32InItsPlace) {
  const Config config = odd_config();
  const PlainWeights weights = random_weights(config, 1);
  expect_same(load_plain(config, published_tensors(weights)), weights);
}

TEST(WeightLoader, ReadsMatricesRowByRow) {
  const Config config = odd_config();
  std::vector<FileTensor> tensors = published_tensors(random_weights(config, 2));
  std::vector<float> counting(15);
  std::iota(counting.begin(), counting.end(), 0.0F);
  tensors[0].data = testing::encoded(DType::kF32, counting.data(), counting.size());
  ASSERT_EQ(tensors[0].name, "wte.weight");
  const PlainWeights weights = load_plain(config, tensors);
  EXPECT_EQ(weights.wte(0, 2), 2.0F);
  EXPECT_EQ(weights.wte(1, 0), 3.0F);
  EXPECT_EQ(weights.wte(4, 2), 14.0F);
}

template <typename Number>
PlainWeights rounded_to(PlainWeights weights) {
  for (const PlainTensor& tensor : tensors_of(weights)) {
    std::ranges::transform(tensor.values, tensor.values.begin(), [](float value) {
      return static_cast<float>(static_cast<Number>(value));
    });
  }
  return weights;
}

TEST(WeightLoader, WidensF16AndBF16) {
  const Config config = odd_config();
  const PlainWeights weights = random_weights(config, 3);
  expect_same(load_plain(config, published_tensors(weights, DType::kF16)),
              rounded_to<Eigen::half>(weights));
  expect_same(load_plain(config, published_tensors(weights, DType::kBF16)),
              rounded_to<Eigen::bfloat16>(weights));
}

TEST(WeightLoader, TakesHalvesAsTheyAreForF16) {
  const Config config = odd_config();
  const PlainWeights weights = random_weights(config, 3);
  const auto in_f16 = [&](const std::vector<FileTensor>& tensors, std::size_t piece) {
    const std::string file = safetensors_file(tensors);
    WeightLoader loader(config, WeightFormat::kF16);
    for (std::size_t at = 0; at < file.size(); at += piece) {
      loader.feed(
          std::as_bytes(std::span(file).subspan(at).first(std::min(piece, file.size() - at))));
    }
    return unpacked(config, loader.finish());
  };
  PlainWeights rounded = rounded_to<Eigen::half>(weights);
  for (const std::size_t piece : {1U, 3U, 64U, 100'000U}) {  // halves at odd addresses too
    expect_same(in_f16(published_tensors(weights, DType::kF16), piece),
                in_f16(published_tensors(rounded, DType::kF32), piece));
  }
}

TEST(WeightLoader, GivesTheSameWeightsForPiecesOfEverySize) {
  const Config config = odd_config();
  PlainWeights weights = random_weights(config, 4);
  weights.lm_head = testing::random_matrix(5, 3, 5);
  const std::string file = safetensors_file(mixed_tensors(weights));
  const PlainWeights expected = load_plain(config, file, file.size());
  for (const std::size_t piece : {1U, 2U, 3U, 5U, 7U, 64U}) {
    expect_same(load_plain(config, file, piece), expected);
  }
}

TEST(WeightLoader, TakesEmptyPieces) {
  const Config config = odd_config();
  const PlainWeights weights = random_weights(config, 6);
  const std::string file = safetensors_file(published_tensors(weights));
  WeightLoader loader(config, WeightFormat::kF32);
  loader.feed({});
  loader.feed(std::as_bytes(std::span(file)));
  loader.feed({});
  expect_same(unpacked(config, loader.finish()), weights);
}

TEST(WeightLoader, TakesTensorsInAnyOrder) {
  const Config config = odd_config();
  const PlainWeights weights = random_weights(config, 7);
  std::vector<FileTensor> tensors = published_tensors(weights);
  std::ranges::reverse(tensors);
  expect_same(load_plain(config, tensors), weights);
}

TEST(WeightLoader, TakesNamesWithThePrefix) {
  const Config config = odd_config();
  PlainWeights weights = random_weights(config, 8);
  weights.lm_head = testing::random_matrix(5, 3, 9);
  std::vector<FileTensor> tensors = published_tensors(weights);
  for (FileTensor& tensor : tensors) {
    if (tensor.name != "lm_head.weight") {  // as the published files with a head have it
      tensor.name = "transformer." + tensor.name;
    }
  }
  expect_same(load_plain(config, tensors), weights);
}

TEST(WeightLoader, TakesNamesWithAnySequenceOfPrefixes) {
  const Config config = odd_config();
  const PlainWeights weights = random_weights(config, 8);
  for (const char* prefix : {"model.", "gpt.", "module.", "_orig_mod.",
                             "module._orig_mod.transformer.", "model.transformer."}) {
    std::vector<FileTensor> tensors = published_tensors(weights);
    for (FileTensor& tensor : tensors) {
      tensor.name = prefix + tensor.name;
    }
    expect_same(load_plain(config, tensors), weights);
  }
}

TEST(WeightLoader, TakesAHeadThatIsAloneForBoth) {
  const Config config = odd_config();
  const PlainWeights weights = random_weights(config, 8);
  std::vector<FileTensor> tensors = published_tensors(weights);
  std::ranges::find(tensors, "wte.weight", &FileTensor::name)->name = "lm_head.weight";
  expect_same(load_plain(config, tensors), weights);
}

TEST(WeightLoader, RoundsF64) {
  const Config config = odd_config();
  const PlainWeights weights = random_weights(config, 8);
  const std::vector<FileTensor> tensors = published_tensors(weights, DType::kF64);
  EXPECT_EQ(tensors.front().dtype, "F64");
  expect_same(load_plain(config, tensors), weights);
  const std::string file = safetensors_file(tensors);
  expect_same(load_plain(config, file, 1), weights);
}

TEST(WeightLoader, TiesTheUnembeddingWhereThereIsNoHead) {
  const Config config = odd_config();
  PlainWeights weights = random_weights(config, 10);
  const std::string tied_file = safetensors_file(published_tensors(weights));
  const Weights tied = load_packed(config, tied_file, 64, WeightFormat::kF32);
  EXPECT_FALSE(tied.lm_head);
  EXPECT_EQ(&tied.unembedding(), &tied.wte);
  weights.lm_head = testing::random_matrix(5, 3, 11);
  const std::string untied_file = safetensors_file(published_tensors(weights));
  const Weights untied = load_packed(config, untied_file, 64, WeightFormat::kF32);
  EXPECT_EQ(&untied.unembedding(), &*untied.lm_head);
  expect_same(unpacked(config, untied), weights);
}

TEST(WeightLoader, SkipsMaskBuffersWhateverTheyHold) {
  const Config config = odd_config();
  const PlainWeights weights = random_weights(config, 12);
  std::vector<FileTensor> tensors = published_tensors(weights);
  const float infinity = std::numeric_limits<float>::infinity();
  const std::string bytes = testing::encoded(DType::kF32, &infinity, 1);
  tensors.insert(tensors.begin(), {"h.0.attn.bias", "F32", {1, 1, 1, 1}, bytes});
  tensors.insert(tensors.begin() + 5, {"h.0.attn.masked_bias", "F32", {}, bytes});
  tensors.insert(tensors.begin() + 9, {"transformer.h.1.attn.bias", "U8", {5}, "\1\1\1\1\1"});
  tensors.push_back({"transformer.h.1.attn.masked_bias", "F32", {0}, ""});
  const std::string file = safetensors_file(tensors);
  expect_same(load_plain(config, file, file.size()), weights);
  expect_same(load_plain(config, file, 1), weights);
}

TEST(WeightLoader, KeepsMatricesInTheFormatAskedForWhateverThePieces) {
  Config config = testing::small_config(2, 2, 70, 37);  // groups of scales that end early
  config.d_mlp = 45;
  const PlainWeights weights = random_weights(config, 14);
  const std::string file = safetensors_file(published_tensors(weights));
  for (const WeightFormat format : {WeightFormat::kF16, WeightFormat::kQ8}) {
    const PlainWeights expected = unpacked(config, packed(config, weights, format));
    expect_same(load_plain(config, file, file.size(), format), expected);
    expect_same(load_plain(config, file, 1001, format), expected);
    EXPECT_NE(expected.wte, weights.wte);
    EXPECT_NE(expected.wpe, weights.wpe);
  }
}

TEST(WeightLoader, TakesTheTensorsFromSeveralFiles) {
  const Config config = odd_config();
  const PlainWeights weights = random_weights(config, 15);
  const std::vector<FileTensor> tensors = published_tensors(weights);
  const auto half = tensors.begin() + static_cast<std::ptrdiff_t>(tensors.size() / 2);
  const std::array files = {safetensors_file({half, tensors.end()}),
                            safetensors_file(std::vector(tensors.begin(), half))};
  for (const std::size_t piece : {files[0].size() + files[1].size(), std::size_t{7}}) {
    WeightLoader loader(config, WeightFormat::kF32, {"first", "second"});
    for (const std::string& file : files) {
      for (std::size_t at = 0; at < file.size(); at += piece) {
        loader.feed(std::as_bytes(std::span(file)).subspan(at, std::min(piece, file.size() - at)));
      }
      loader.end_file();
    }
    expect_same(unpacked(config, loader.finish()), weights);
  }
}

// Without the end of a file the bytes that it lacks would be taken from the next.
TEST(WeightLoader, NamesTheFileThatIsShortNotTheNext) {
  const Config config = odd_config();
  const std::string first = safetensors_file(published_tensors(random_weights(config, 17)));
  for (const std::size_t missing : {std::size_t{1}, first.size() / 2, first.size() - 4}) {
    WeightLoader loader(config, WeightFormat::kF32, {"first", "second"});
    loader.feed(std::as_bytes(std::span(first)).first(first.size() - missing));
    testing::expect_error(ErrorCode::kWeights, {"first: the "}, [&] { loader.end_file(); });
  }
  const std::string longer = first + "x";
  WeightLoader loader(config, WeightFormat::kF32, {"first", "second"});
  testing::expect_error(ErrorCode::kWeights, {"first: 1 or more bytes after the last tensor"},
                        [&] { loader.feed(std::as_bytes(std::span(longer))); });
}

TEST(WeightLoader, AsksForTheHeadThatTheConfigDoesNotTie) {
  Config config = odd_config();
  const std::string file = safetensors_file(published_tensors(random_weights(config, 18)));
  config.tied_embeddings = false;
  WeightLoader loader(config, WeightFormat::kF32);
  testing::expect_error(ErrorCode::kWeights,
                        {"`lm_head.weight` is missing", "\"tie_word_embeddings\": false"},
                        [&] { loader.feed(std::as_bytes(std::span(file))); });
}

TEST(WeightLoader, AHeadThatEqualsTheEmbeddingIsNotHeldTwice) {
  Config config = odd_config();
  std::vector<FileTensor> tensors = published_tensors(random_weights(config, 18));
  FileTensor head = *std::ranges::find(tensors, "wte.weight", &FileTensor::name);
  head.name = "lm_head.weight";
  tensors.push_back(head);
  config.tied_embeddings = false;
  for (const WeightFormat format : {WeightFormat::kF32, WeightFormat::kF16, WeightFormat::kQ8}) {
    const std::string equal = safetensors_file(tensors);
    EXPECT_FALSE(load_packed(config, equal, equal.size(), format).lm_head);
    std::vector<FileTensor> others = tensors;
    others.back().data[3] ^= 1;  // in the first number's sign and exponent
    const std::string other = safetensors_file(others);
    EXPECT_TRUE(load_packed(config, other, other.size(), format).lm_head);
  }
}

TEST(WeightLoader, NamesAGitLfsPointer) {
  const std::string pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\n";
  WeightLoader loader(odd_config(), WeightFormat::kF32);
  testing::expect_error(ErrorCode::kWeights,
                        {"model.safetensors: is a Git LFS pointer", "git lfs pull"},
                        [&] { loader.feed(std::as_bytes(std::span(pointer))); });
}

TEST(WeightLoader, NamesTheFileThatIsWrong) {
  const Config config = odd_config();
  std::vector<FileTensor> tensors = published_tensors(random_weights(config, 16));
  const FileTensor last = tensors.back();
  tensors.pop_back();
  const std::string first = safetensors_file(tensors);
  const auto load_both = [&](const std::string& second) {
    WeightLoader loader(config, WeightFormat::kF32, {"first", "second"});
    loader.feed(std::as_bytes(std::span(first)));
    loader.end_file();
    loader.feed(std::as_bytes(std::span(second)));
    static_cast<void>(loader.finish());
  };
  testing::expect_error(ErrorCode::kWeights, {"second: ", "`wte.weight`", "there twice"},
                        [&] { load_both(safetensors_file({last, tensors[0]})); });
  testing::expect_error(ErrorCode::kWeights, {"second: ", "`ln_f.bias` is missing"},
                        [&] { load_both(safetensors_file("{}", "")); });
  testing::expect_error(ErrorCode::kWeights, {"second: the file is empty"}, [&] { load_both(""); });
}

TEST(WeightLoader, TakesAHeaderPaddedWithSpacesAndMetadata) {
  const Config config = odd_config();
  const PlainWeights weights = random_weights(config, 13);
  const std::string file = safetensors_file(published_tensors(weights));
  const std::size_t data = file.find("}}") + 2;
  const std::string header = R"({"__metadata__":{"format":"pt"},)" + file.substr(9, data - 9);
  const std::string padded = safetensors_file(header + "     ", file.substr(data));
  expect_same(load_plain(config, padded, padded.size()), weights);
}

}  // namespace
}  // namespace patchboard
