#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>

#include "core/weights/weight_loader.h"
#include "tests/core/support/expect_error.h"
#include "tests/core/support/random_model.h"
#include "tests/core/support/safetensors_writer.h"

namespace patchboard {
namespace {

using reference::PlainTensor;
using reference::PlainWeights;
using reference::unpacked;
using testing::config_of_odd_groups;
using testing::FileTensor;

constexpr std::array kFormats = {WeightFormat::kF32, WeightFormat::kF16, WeightFormat::kQ8};

std::string text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void feed(WeightLoader& loader, std::string_view file, std::string& copy, std::size_t piece) {
  for (std::size_t at = 0; at < file.size(); at += piece) {
    loader.feed(std::as_bytes(std::span(file.substr(at, piece))));
    copy += text(loader.kept());
  }
}

/// The file that is kept of `file`, and the weights.
std::string copy_of(const std::string& file, WeightFormat format, PlainWeights* weights = nullptr,
                    std::size_t piece = 999) {
  WeightLoader loader(config_of_odd_groups(), format);
  loader.keep();
  std::string copy;
  feed(loader, file, copy, piece);
  if (weights != nullptr) {
    *weights = unpacked(config_of_odd_groups(), loader.finish());
  }
  return copy;
}

PlainWeights load(const std::string& file, WeightFormat format) {
  WeightLoader loader(config_of_odd_groups(), format);
  loader.feed(std::as_bytes(std::span(file)));
  return unpacked(config_of_odd_groups(), loader.finish());
}

void expect_same(PlainWeights weights, PlainWeights expected, const std::string& what) {
  const std::vector<PlainTensor> left = tensors_of(weights);
  const std::vector<PlainTensor> right = tensors_of(expected);
  ASSERT_EQ(left.size(), right.size());
  for (std::size_t i = 0; i < left.size(); ++i) {
    EXPECT_TRUE(std::ranges::equal(left[i].values, right[i].values)) << what << left[i].name;
  }
}

/// As older files have it: names with the prefix, mask buffers between and at the end.
std::string published_file(DType dtype = DType::kF32) {
  std::vector<FileTensor> tensors =
      testing::published_tensors(testing::random_weights(config_of_odd_groups(), 1), dtype);
  for (FileTensor& tensor : tensors) {
    tensor.name = "transformer." + tensor.name;
  }
  const std::string mask(16, '\1');
  tensors.insert(tensors.begin() + 4, {"transformer.h.0.attn.bias", "F32", {1, 1, 2, 2}, mask});
  tensors.push_back({"transformer.h.1.attn.bias", "F32", {1, 1, 2, 2}, mask});
  return testing::safetensors_file(tensors);
}

TEST(KeptCopy, OfF64IsTheOneOfF32) {
  const std::string doubles = published_file(DType::kF64);
  for (const WeightFormat format : kFormats) {
    EXPECT_EQ(copy_of(doubles, format), copy_of(published_file(), format));
  }
}

TEST(KeptCopy, GivesTheSameWeightsToTheBit) {
  const std::string file = published_file();
  for (const WeightFormat format : kFormats) {
    PlainWeights weights;
    const std::string copy = copy_of(file, format, &weights);
    expect_same(load(copy, format), weights, "");
    expect_same(load(file, format), weights, "");
  }
}

TEST(KeptCopy, IsItsOwnCopy) {
  for (const WeightFormat format : kFormats) {
    const std::string copy = copy_of(published_file(), format);
    EXPECT_EQ(copy_of(copy, format), copy);
  }
}

TEST(KeptCopy, DoesNotDependOnThePieces) {
  const std::string file = published_file();
  for (const WeightFormat format : kFormats) {
    EXPECT_EQ(copy_of(file, format, nullptr, 1), copy_of(file, format, nullptr, file.size()));
  }
}

TEST(KeptCopy, IsAsSmallAsItsNumbers) {
  const std::string file = published_file();
  EXPECT_LT(copy_of(file, WeightFormat::kF32).size(), file.size());
  EXPECT_LT(copy_of(file, WeightFormat::kF16).size(), file.size() * 6 / 10);
  EXPECT_LT(copy_of(file, WeightFormat::kQ8).size(), file.size() * 42 / 100);
}

TEST(KeptCopy, IsNeverLargerThanTheFile) {
  const std::string halves = published_file(DType::kF16);
  EXPECT_LT(copy_of(halves, WeightFormat::kF32).size(), halves.size());
  const std::string q8 = copy_of(halves, WeightFormat::kQ8);
  EXPECT_EQ(copy_of(q8, WeightFormat::kF32), q8);
}

TEST(KeptCopy, OfQ8LoadsInEveryFormat) {
  const std::string q8 = copy_of(published_file(), WeightFormat::kQ8);
  const PlainWeights weights = load(q8, WeightFormat::kQ8);
  expect_same(load(q8, WeightFormat::kF32), weights, "");
  PlainWeights halves = load(q8, WeightFormat::kF16);
  EXPECT_TRUE(halves.wte.isApprox(weights.wte, 1e-3F));
}

/// Keeps `cut` bytes of the copy, forgets everything, and goes on with the file from there.
void expect_continues(const std::string& file, WeightFormat format, std::size_t cut) {
  const std::string copy = copy_of(file, format);
  const std::string header = file.substr(8, file.find("}}") + 2 - 8);
  std::string kept = copy.substr(0, cut);
  WeightLoader loader(config_of_odd_groups(), format);
  loader.feed(std::as_bytes(std::span(kept)));
  const auto position = static_cast<std::size_t>(loader.continue_from(header));
  feed(loader, std::string_view(file).substr(position), kept, 777);
  const std::string what = "cut at " + std::to_string(cut) + ": ";
  EXPECT_EQ(kept, copy) << what;
  expect_same(unpacked(config_of_odd_groups(), loader.finish()), load(file, format), what);
}

TEST(KeptCopy, ContinuesFromWhereItWasCut) {
  const std::string file = published_file();
  for (const WeightFormat format : kFormats) {
    const std::string copy = copy_of(file, format);
    const std::size_t data = copy.find("}}") + 10;
    for (std::size_t cut = data; cut < copy.size(); cut += 1 + copy.size() / 40) {
      expect_continues(file, format, cut);
    }
    expect_continues(file, format, copy.size());
  }
}

/// Two files of one model, and the copy of both, one after the other.
struct FileParts {
  std::array<std::string, 2> files;
  std::array<std::string, 2> copies;

  explicit FileParts(WeightFormat format) {
    std::vector<FileTensor> tensors =
        testing::published_tensors(testing::random_weights(config_of_odd_groups(), 1));
    const auto half = tensors.begin() + static_cast<std::ptrdiff_t>(tensors.size() / 2);
    files = {testing::safetensors_file({tensors.begin(), half}),
             testing::safetensors_file({half, tensors.end()})};
    WeightLoader loader = loader_in(format);
    loader.keep();
    for (std::size_t i = 0; i < files.size(); ++i) {
      feed(loader, files[i], copies[i], 999);
      loader.end_file();
    }
  }

  /// Not to be copied or moved, hence made where it is used.
  static WeightLoader loader_in(WeightFormat format) {
    return WeightLoader(config_of_odd_groups(), format, {"first", "second"});
  }

  /// Goes on with the second file after `cut` bytes of its copy.
  void expect_continues(WeightFormat format, std::size_t cut) const {
    WeightLoader loader = loader_in(format);
    loader.feed(std::as_bytes(std::span(copies[0])));
    loader.end_file();
    std::string kept = copies[1].substr(0, cut);
    loader.feed(std::as_bytes(std::span(kept)));
    const std::string header = files[1].substr(8, files[1].find("}}") - 6);
    const auto position = static_cast<std::size_t>(cut == 0 ? 0 : loader.continue_from(header));
    if (cut == 0) {
      loader.keep();
    }
    feed(loader, std::string_view(files[1]).substr(position), kept, 777);
    loader.end_file();
    EXPECT_EQ(kept, copies[1]) << cut;
    expect_same(unpacked(config_of_odd_groups(), loader.finish()), load(published_file(), format),
                "");
  }
};

TEST(KeptCopy, OfSeveralFilesContinuesInAnyOfThem) {
  for (const WeightFormat format : kFormats) {
    const FileParts parts(format);
    const std::size_t size = parts.copies[1].size();
    parts.expect_continues(format, 0);
    for (std::size_t cut = parts.copies[1].find("}}") + 10; cut < size; cut += 1 + size / 20) {
      parts.expect_continues(format, cut);
    }
    parts.expect_continues(format, size);
  }
}

TEST(KeptCopy, OfSeveralFilesDoesNotContinueWithTensorsOfTheOneBefore) {
  const FileParts parts(WeightFormat::kF16);
  WeightLoader loader = FileParts::loader_in(WeightFormat::kF16);
  loader.feed(std::as_bytes(std::span(parts.copies[0])));
  loader.end_file();
  loader.feed(std::as_bytes(std::span(parts.copies[1])));
  testing::expect_error(ErrorCode::kWeights, {"second: ", "is there twice"}, [&] {
    loader.continue_from(parts.files[0].substr(8, parts.files[0].find("}}") - 6));
  });
}

TEST(KeptCopy, DoesNotContinueAnotherFile) {
  const std::string copy = copy_of(published_file(), WeightFormat::kQ8);
  const auto try_with = [&](std::size_t cut, const std::string& header) {
    WeightLoader loader(config_of_odd_groups(), WeightFormat::kQ8);
    loader.feed(std::as_bytes(std::span(copy)).first(cut));
    loader.continue_from(header);
  };
  std::vector<FileTensor> tensors =
      testing::published_tensors(testing::random_weights(config_of_odd_groups(), 1));
  std::ranges::reverse(tensors);
  const std::string other = testing::safetensors_file(tensors);
  testing::expect_error(ErrorCode::kWeights, {"ln_f.bias", "not what the kept copy has"},
                        [&] { try_with(copy.size() / 2, other.substr(8, other.find("}}") - 6)); });
  testing::expect_error(ErrorCode::kState, {"ends inside its header"},
                        [&] { try_with(100, other.substr(8, other.find("}}") - 6)); });
}

}  // namespace
}  // namespace patchboard
