// Models of GPT-2's architecture in other layouts than the published one: weights [out, in], no
// biases, other heads.

#include "core/weights/tensor_matcher.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "core/weights/fingerprint.h"
#include "core/weights/weight_loader.h"
#include "tests/core/support/expect_error.h"
#include "tests/core/support/random_model.h"
#include "tests/core/support/safetensors_writer.h"

namespace patchboard {
namespace {

using reference::PlainWeights;
using testing::config_of_odd_groups;
using testing::expect_error;
using testing::FileTensor;
using testing::safetensors_file;

constexpr std::array kFormats = {WeightFormat::kF32, WeightFormat::kF16, WeightFormat::kQ8};

bool is_projection(const FileTensor& tensor) {
  return tensor.shape.size() == 2 && tensor.name.starts_with("h.");
}

FileTensor transposed(const FileTensor& tensor) {
  const auto rows = static_cast<std::size_t>(tensor.shape[0]);
  const auto cols = static_cast<std::size_t>(tensor.shape[1]);
  FileTensor result{tensor.name, tensor.dtype, {cols, rows}, {}};
  for (std::size_t col = 0; col < cols; ++col) {
    for (std::size_t row = 0; row < rows; ++row) {
      result.data += tensor.data.substr(4 * (row * cols + col), 4);
    }
  }
  return result;
}

/// As `nn.Linear` has them.
std::vector<FileTensor> out_in(std::vector<FileTensor> tensors) {
  for (FileTensor& tensor : tensors) {
    tensor = is_projection(tensor) ? transposed(tensor) : tensor;
  }
  return tensors;
}

std::vector<FileTensor> published(const PlainWeights& weights) {
  return testing::published_tensors(weights);
}

FileTensor& named(std::vector<FileTensor>& tensors, std::string_view name) {
  return *std::ranges::find(tensors, name, &FileTensor::name);
}

/// What came of loading some files.
struct Loaded {
  std::string fingerprint;
  std::string kept;  ///< of the last file
  std::set<std::string> left_aside;
};

Loaded load(const std::vector<std::string>& files, WeightFormat format = WeightFormat::kF32) {
  std::vector<std::string> names;
  names.reserve(files.size());
  for (std::size_t i = 0; i < files.size(); ++i) {
    names.push_back("file " + std::to_string(i));
  }
  WeightLoader loader(config_of_odd_groups(), format, names);
  loader.keep();
  std::string kept;
  for (const std::string& file : files) {
    constexpr std::size_t kPiece = 997;
    kept.clear();
    for (std::size_t at = 0; at < file.size(); at += kPiece) {
      loader.feed(std::as_bytes(std::span(file)).subspan(at, std::min(kPiece, file.size() - at)));
      kept.append(reinterpret_cast<const char*>(loader.kept().data()), loader.kept().size());
    }
    loader.end_file();
  }
  return {.fingerprint = fingerprint(loader.finish()),
          .kept = kept,
          .left_aside = loader.matcher().left_aside()};
}

Loaded load(const std::vector<FileTensor>& tensors, WeightFormat format = WeightFormat::kF32) {
  return load(std::vector{safetensors_file(tensors)}, format);
}

void expect_refused(const std::vector<FileTensor>& tensors,
                    std::initializer_list<std::string_view> parts) {
  expect_error(ErrorCode::kWeights, parts, [&] { load(tensors); });
}

TEST(TensorMatcher, TakesProjectionsEitherWayRound) {
  const std::vector<FileTensor> tensors =
      published(testing::random_weights(config_of_odd_groups(), 1));
  for (const WeightFormat format : kFormats) {
    const Loaded expected = load(tensors, format);
    const Loaded found = load(out_in(tensors), format);
    EXPECT_EQ(found.fingerprint, expected.fingerprint);
    const Loaded copy = load(std::vector{found.kept}, format);
    EXPECT_EQ(copy.fingerprint, expected.fingerprint);
    EXPECT_EQ(copy.kept, found.kept);
  }
}

TEST(TensorMatcher, RefusesProjectionsOfBothWaysAndNamesTwo) {
  std::vector<FileTensor> tensors = published(testing::random_weights(config_of_odd_groups(), 2));
  std::vector<FileTensor> mixed = out_in(tensors);
  named(mixed, "h.1.mlp.c_fc.weight") = named(tensors, "h.1.mlp.c_fc.weight");
  expect_refused(mixed,
                 {"`h.1.mlp.c_fc.weight` has shape [70, 45], as [in, out]",
                  "`h.0.attn.c_attn.weight` has shape [210, 70], as [out, in]", "one way round"});
  // What does not decide has to be as what does.
  std::vector<FileTensor> other = out_in(tensors);
  named(other, "h.0.mlp.c_proj.weight").shape = {45, 70};
  expect_refused(other, {"`h.0.mlp.c_proj.weight`: shape [45, 70], expected [70, 45]"});
  std::erase_if(other,
                [](const FileTensor& each) { return each.name.ends_with(".mlp.c_proj.weight"); });
  expect_refused(other, {"is missing, expected a tensor of shape [70, 45]"});
}

TEST(TensorMatcher, TellsThemOverSeveralFiles) {
  const std::vector<FileTensor> tensors =
      out_in(published(testing::random_weights(config_of_odd_groups(), 3)));
  const auto parts = [&](std::string_view alone) {
    std::vector<FileTensor> first;
    std::vector<FileTensor> second;
    for (const FileTensor& tensor : tensors) {
      (tensor.name.find(alone) == std::string::npos ? second : first).push_back(tensor);
    }
    return std::vector{safetensors_file(first), safetensors_file(second)};
  };
  EXPECT_EQ(load(parts("h.0.attn.c_attn")).fingerprint, load(tensors).fingerprint);
  expect_error(
      ErrorCode::kWeights,
      {"file 1: `h.0.attn.c_attn.weight`", "`h.0.attn.c_proj.weight`, of a file before", "square"},
      [&] { load(parts("attn.c_proj")); });
}

TEST(TensorMatcher, TakesAModelWithoutAnyBias) {
  PlainWeights weights = testing::random_weights(config_of_odd_groups(), 4);
  const auto is_bias = [](const FileTensor& tensor) { return tensor.name.ends_with(".bias"); };
  for (const reference::PlainTensor& tensor : tensors_of(weights)) {
    if (tensor.name.ends_with(".bias")) {
      std::ranges::fill(tensor.values, 0.0F);
    }
  }
  const std::vector<FileTensor> whole = published(weights);
  std::vector<FileTensor> without = whole;
  std::erase_if(without, is_bias);
  EXPECT_EQ(load(without).fingerprint, load(whole).fingerprint);
  EXPECT_EQ(load(out_in(without)).fingerprint, load(whole).fingerprint);
  without.push_back(*std::ranges::find_if(whole, is_bias));
  expect_refused(without, {".bias` is missing"});
  // A mask is no bias.
  without.back() = {"h.0.attn.bias", "F32", {1}, std::string(4, '\0')};
  EXPECT_EQ(load(without).fingerprint, load(whole).fingerprint);
}

TEST(TensorMatcher, LeavesOtherHeadsAsideAndTellsTheirNames) {
  std::vector<FileTensor> tensors = published(testing::random_weights(config_of_odd_groups(), 5));
  const std::string expected = load(tensors).fingerprint;
  EXPECT_TRUE(load(tensors).left_aside.empty());
  for (FileTensor& tensor : tensors) {
    tensor.name = "transformer." + tensor.name;
  }
  const std::set<std::string> heads = {"score.weight", "v_head.summary.bias",
                                       "multiple_choice_head.summary.weight", "classifier.weight",
                                       "module.qa_outputs.bias"};
  for (const std::string& name : heads) {
    tensors.push_back({name, "I64", {1}, std::string(8, '\0')});
  }
  const Loaded loaded = load(tensors);
  EXPECT_EQ(loaded.fingerprint, expected);
  EXPECT_EQ(loaded.left_aside, heads);
  tensors.back().name = "transformer.h.0.score.weight";
  expect_refused(tensors, {"`transformer.h.0.score.weight` is not a tensor of this GPT-2"});
}

TEST(TensorMatcher, RefusesPackedWeightsByTheirMethod) {
  for (const auto& [name, method] : std::initializer_list<std::pair<const char*, const char*>>{
           {"transformer.h.0.attn.c_attn.qweight", "GPTQ or AWQ"},
           {"h.0.mlp.c_fc.g_idx", "GPTQ or AWQ"},
           {"h.1.attn.c_attn.SCB", "bitsandbytes"},
           {"h.0.attn.c_attn.weight.quant_state.bitsandbytes__nf4", "bitsandbytes"}}) {
    std::vector<FileTensor> tensors = published(testing::random_weights(config_of_odd_groups(), 6));
    tensors[2].dtype = "I32";  // which stands before the name that says why
    tensors.push_back({name, "I32", {1}, std::string(4, '\0')});
    expect_refused(tensors, {"`" + std::string(name) + "` is of weights that " + method, "GGUF"});
  }
}

}  // namespace
}  // namespace patchboard
