#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "core/weights/weight_loader.h"
#include "tests/core/support/expect_error.h"
#include "tests/core/support/random_model.h"
#include "tests/core/support/safetensors_writer.h"

namespace patchboard {
namespace {

using testing::expect_error;
using testing::FileTensor;
using testing::safetensors_file;

Config tiny_config() {
  Config config = testing::small_config(1, 1, 3, 5);
  config.n_positions = 4;
  return config;
}

std::vector<FileTensor> good_tensors(DType dtype = DType::kF32) {
  return testing::published_tensors(testing::random_weights(tiny_config(), 1), dtype);
}

FileTensor& named(std::vector<FileTensor>& tensors, std::string_view name) {
  return *std::ranges::find(tensors, name, &FileTensor::name);
}

void load_in_pieces(const std::string& file, std::size_t piece) {
  WeightLoader loader(tiny_config(), WeightFormat::kF32);
  const auto bytes = std::as_bytes(std::span(file));
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    loader.feed(bytes.subspan(at, std::min(piece, bytes.size() - at)));
  }
  static_cast<void>(loader.finish());
}

/// Whole and byte by byte.
void expect_weights_refused(const std::string& file,
                            std::initializer_list<std::string_view> parts) {
  expect_error(ErrorCode::kWeights, parts, [&] { load_in_pieces(file, file.size() + 1); });
  expect_error(ErrorCode::kWeights, parts, [&] { load_in_pieces(file, 1); });
}

void expect_weights_refused(const std::vector<FileTensor>& tensors,
                            std::initializer_list<std::string_view> parts) {
  expect_weights_refused(safetensors_file(tensors), parts);
}

/// The first 8 bytes of a file.
std::string length_bytes(std::uint64_t length) {
  std::string bytes;
  for (unsigned shift = 0; shift < 64; shift += 8) {
    bytes += static_cast<char>(length >> shift & 0xFFU);
  }
  return bytes;
}

TEST(WeightLoaderErrors, AFileCutAnywhereIsRefused) {
  const std::string file = safetensors_file(good_tensors(DType::kBF16));
  const std::size_t data = file.find("}}") + 2;
  for (std::size_t size = 0; size < file.size(); ++size) {
    const std::string what = size < 8      ? "expected 8 bytes of header length"
                             : size < data ? "the file ends after " + std::to_string(size - 8)
                                           : "the file ends at byte " + std::to_string(size);
    expect_error(ErrorCode::kWeights, {"model.safetensors: ", what},
                 [&] { load_in_pieces(file.substr(0, size), 1000); });
  }
}

TEST(WeightLoaderErrors, ACutInATensorNamesItAndTheBytesMissing) {
  const std::string file = safetensors_file(good_tensors());
  // ln_f.bias is the last, 12 bytes long.
  expect_weights_refused(file.substr(0, file.size() - 1), {"`ln_f.bias`", " 1 bytes too early"});
  expect_weights_refused(file.substr(0, file.size() - 12), {"`ln_f.bias`", " 12 bytes too early"});
  expect_weights_refused(file.substr(0, file.size() - 13),
                         {"`ln_f.weight`", " 13 bytes too early"});
}

TEST(WeightLoaderErrors, AHeaderLongerThanTheFileIsRefused) {
  expect_weights_refused(length_bytes(1000) + "{}",
                         {"header should be 1000 bytes", "after 2 of them"});
}

TEST(WeightLoaderErrors, AnAbsurdHeaderLengthIsRefusedBeforeAnyHeaderIsRead) {
  for (const std::uint64_t length : {std::uint64_t{0}, kMaxHeaderBytes + 1, std::uint64_t{1} << 63U,
                                     std::numeric_limits<std::uint64_t>::max()}) {
    expect_weights_refused(length_bytes(length),
                           {"first 8 bytes", std::to_string(length), "expected 1 to 100000000",
                            "is this a safetensors file"});
  }
}

TEST(WeightLoaderErrors, AFileOfAnotherKindIsRefused) {
  expect_weights_refused("<!DOCTYPE html><html></html>", {"is this a safetensors file?"});
  expect_weights_refused("version https://git-lfs.github.com/spec/v1\n", {"is a Git LFS pointer"});
}

TEST(WeightLoaderErrors, AMalformedHeaderIsRefused) {
  expect_weights_refused(safetensors_file("{\"a\": ", ""), {"the header: not JSON"});
  expect_weights_refused(safetensors_file("{\"\xFF\": 1}", ""), {"the header: is not UTF-8"});
  expect_weights_refused(safetensors_file("[]", ""), {"the header does not begin with `{`"});
}

TEST(WeightLoaderErrors, EachMissingTensorIsNamed) {
  const std::vector<FileTensor> all = good_tensors();
  for (std::size_t i = 0; i < all.size(); ++i) {
    std::vector<FileTensor> tensors = all;
    tensors.erase(tensors.begin() + static_cast<std::ptrdiff_t>(i));
    expect_weights_refused(tensors, {"`" + all[i].name + "` is missing", shape_text(all[i].shape)});
  }
  expect_weights_refused(std::vector<FileTensor>{}, {"is missing"});
}

TEST(WeightLoaderErrors, EachWrongShapeIsNamedWithTheRightOne) {
  const std::vector<FileTensor> all = good_tensors();
  for (std::size_t i = 0; i < all.size(); ++i) {
    std::vector<FileTensor> tensors = all;
    tensors[i].shape.push_back(1);  // of as many bytes, so that only the shape is wrong
    expect_weights_refused(tensors, {"`" + all[i].name + "`: shape " + shape_text(tensors[i].shape),
                                     "expected " + shape_text(all[i].shape)});
  }
}

TEST(WeightLoaderErrors, ATransposedMatrixIsRefused) {
  std::vector<FileTensor> tensors = good_tensors();
  named(tensors, "h.0.mlp.c_proj.weight").shape = {3, 12};
  expect_weights_refused(tensors, {"`h.0.mlp.c_proj.weight`: shape [3, 12], expected [12, 3]"});
}

TEST(WeightLoaderErrors, AHeadOfAnotherShapeIsRefused) {
  std::vector<FileTensor> tensors = good_tensors();
  tensors.push_back({"lm_head.weight", "F32", {1, 3}, std::string(12, '\0')});
  expect_weights_refused(tensors, {"`lm_head.weight`: shape [1, 3], expected [5, 3]"});
}

TEST(WeightLoaderErrors, AnotherDtypeIsRefused) {
  for (const char* dtype : {"I64", "I32", "F8_E4M3", "f32", ""}) {
    std::vector<FileTensor> tensors = good_tensors();
    named(tensors, "h.0.ln_1.bias").dtype = dtype;
    expect_weights_refused(tensors, {"`h.0.ln_1.bias`: dtype " + std::string(dtype),
                                     "expected F64, F32, F16 or BF16"});
  }
}

TEST(WeightLoaderErrors, AnAdapterThatIsNotMergedIsRefusedByThatName) {
  for (const char* name :
       {"base_model.model.transformer.h.0.attn.c_attn.lora_A.weight",
        "transformer.h.0.attn.c_attn.base_layer.weight", "h.0.attn.c_attn.lora_B.default.weight"}) {
    std::vector<FileTensor> tensors = good_tensors();
    tensors.insert(tensors.begin(), {name, "F32", {1}, std::string(4, '\0')});
    expect_weights_refused(tensors,
                           {"`" + std::string(name) + "` is of an adapter (LoRA)", "merge"});
  }
}

TEST(WeightLoaderErrors, TensorsOfTwoPrefixesAreRefused) {
  std::vector<FileTensor> tensors = good_tensors();
  for (FileTensor& tensor : tensors) {
    tensor.name = "transformer." + tensor.name;
  }
  tensors.back().name = "module.ln_f.bias";
  expect_weights_refused(tensors, {"`module.ln_f.bias` begins with `module.`",
                                   "with `transformer.`", "expected one prefix"});
}

TEST(WeightLoaderErrors, AHeadIsNotTheEmbeddingWhereTheConfigDoesNotTieThem) {
  Config config = tiny_config();
  config.tied_embeddings = false;
  std::vector<FileTensor> tensors = good_tensors();
  named(tensors, "wte.weight").name = "lm_head.weight";
  const std::string file = safetensors_file(tensors);
  expect_error(ErrorCode::kWeights, {"`wte.weight` is missing"}, [&] {
    WeightLoader(config, WeightFormat::kF32).feed(std::as_bytes(std::span(file)));
  });
}

TEST(WeightLoaderErrors, AnUnknownTensorIsNamed) {
  for (const char* name : {"h.1.ln_1.weight", "scores.weight", "transformer.transformer.wte.weight",
                           "h.0.attn.c_attn.weight.lora", "attn.bias", ""}) {
    std::vector<FileTensor> tensors = good_tensors();
    tensors.push_back({name, "F32", {1}, std::string(4, '\0')});
    expect_weights_refused(tensors, {"`" + std::string(name) + "` is not a tensor of this GPT-2"});
  }
}

TEST(WeightLoaderErrors, ATensorWithAndWithoutThePrefixIsRefused) {
  std::vector<FileTensor> tensors = good_tensors();
  FileTensor twin = named(tensors, "ln_f.bias");
  twin.name = "transformer.ln_f.bias";
  tensors.push_back(twin);
  expect_weights_refused(tensors, {"`transformer.ln_f.bias`", "there twice"});
}

TEST(WeightLoaderErrors, AnErrorNamesATensorAsTheFileDoes) {
  std::vector<FileTensor> tensors = good_tensors();
  for (FileTensor& tensor : tensors) {
    tensor.name = "transformer." + tensor.name;
  }
  named(tensors, "transformer.wpe.weight").shape = {2, 6};
  expect_weights_refused(tensors, {"`transformer.wpe.weight`: shape [2, 6]"});
}

TEST(WeightLoaderErrors, BytesAfterTheLastTensorAreRefused) {
  const std::string file = safetensors_file(good_tensors());
  expect_weights_refused(file + "x", {"bytes after the last tensor", std::to_string(file.size())});
  expect_weights_refused(file + file, {"bytes after the last tensor", std::to_string(file.size())});
}

TEST(WeightLoaderErrors, ValuesThatAreNotFiniteAreNamedByTensorAndElement) {
  const float infinity = std::numeric_limits<float>::infinity();
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (const DType dtype : {DType::kF32, DType::kF16, DType::kBF16}) {
    for (const auto& [value, shown] :
         {std::pair(infinity, "inf"), {-infinity, "-inf"}, {nan, "nan"}}) {
      for (const std::size_t element : {0U, 1U, 25U, 26U}) {  // c_attn's bias has 9, its weight 27
        std::vector<FileTensor> tensors = good_tensors(dtype);
        const std::string bytes = testing::encoded(dtype, &value, 1);
        named(tensors, "h.0.attn.c_attn.weight")
            .data.replace(element * bytes.size(), bytes.size(), bytes);
        expect_weights_refused(
            tensors, {"`h.0.attn.c_attn.weight`: element " + std::to_string(element) + " is", shown,
                      "expected a finite number"});
      }
    }
  }
}

TEST(WeightLoaderErrors, HalvesThatAreTakenAsTheyAreAreFiniteToo) {
  for (const char* bits : {"\x00\x7C", "\x00\xFC", "\x01\x7E"}) {
    std::vector<FileTensor> tensors = good_tensors(DType::kF16);
    named(tensors, "h.0.mlp.c_fc.weight").data.replace(4, 2, bits, 2);
    const std::string file = safetensors_file(tensors);
    WeightLoader loader(tiny_config(), WeightFormat::kF16);
    expect_error(ErrorCode::kWeights,
                 {"`h.0.mlp.c_fc.weight`: element 2 is ", "expected a finite number"},
                 [&] { loader.feed(std::as_bytes(std::span(file))); });
  }
}

TEST(WeightLoaderErrors, NoMemoryIsTakenForAModelWhoseHeaderDoesNotFit) {
  Config huge = tiny_config();
  huge.d_model = 15'000;  // 3 GB for a block in q8
  huge.n_layer = sizeof(Index) == 8 ? 1000 : 1;
  WeightLoader loader(huge, WeightFormat::kQ8);
  const std::string file = safetensors_file(good_tensors());
  expect_error(ErrorCode::kWeights, {"`wte.weight`: shape [5, 3], expected [5, 15000]"},
               [&] { loader.feed(std::as_bytes(std::span(file))); });
}

TEST(WeightLoaderErrors, RefusesF16ForWeightsBeyondIt) {
  const float large = 65'520.0F;  // the smallest that a half cannot be rounded to
  std::vector<FileTensor> tensors = good_tensors();
  named(tensors, "h.0.mlp.c_fc.weight")
      .data.replace(8, 4, testing::encoded(DType::kF32, &large, 1));
  const std::string file = safetensors_file(tensors);
  WeightLoader loader(tiny_config(), WeightFormat::kF16);
  expect_error(ErrorCode::kWeights,
               {"`h.0.mlp.c_fc.weight`: element 2 is 65520", "beyond f16", "load it as f32"},
               [&] { loader.feed(std::as_bytes(std::span(file))); });
  load_in_pieces(file, file.size());  // as f32
}

TEST(WeightLoaderErrors, RefusesAModelLargerThanMemoryCanAddress) {
  Config config = tiny_config();
  config.d_model = 100'000;
  config.d_mlp = 400'000;
  config.n_layer = sizeof(Index) == 8 ? 140'000'000 : 1;
  expect_error(ErrorCode::kConfig, {"MB does not fit into the memory", "q8"},
               [&] { WeightLoader(config, WeightFormat::kF32); });
}

TEST(WeightLoaderErrors, CountsWhatAFilesOwnNumbersTakeInMemory) {
  if (sizeof(Index) == 8) {
    GTEST_SKIP() << "no header is as large as what 64 bits address";
  }
  Config config = tiny_config();
  config.d_model = 9'600;
  config.d_mlp = 4 * config.d_model;  // 1.1 billion weights: 4.4 GB in f32, 1.2 GB in q8_0
  const auto load_header = [&](WeightFormat format) {
    std::string json;
    std::uint64_t at = 0;
    for (const TensorShape& shape : tensor_shapes(config)) {
      if (shape.required) {
        const std::uint64_t end = at + 4 * static_cast<std::uint64_t>(shape.rows) *
                                           static_cast<std::uint64_t>(shape.cols);
        json += (json.empty() ? "{" : ",") + ('"' + shape.name) + R"(":{"dtype":"F32","shape":)" +
                shape_text(shape.sizes()) + R"(,"data_offsets":[)" + std::to_string(at) + "," +
                std::to_string(end) + "]}";
        at = end;
      }
    }
    json += "}";
    const std::uint64_t size = json.size();
    WeightLoader loader(config, format);
    loader.feed(std::as_bytes(std::span(&size, 1)));
    loader.feed(std::as_bytes(std::span(json)));
  };
  expect_error(ErrorCode::kConfig, {"MB does not fit into the memory", "q8_0"},
               [&] { load_header(WeightFormat::kF32); });
}

}  // namespace
}  // namespace patchboard
