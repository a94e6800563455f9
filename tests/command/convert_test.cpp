// `patchboard convert`, and models whose weights are in several files.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/command/bad_input.h"
#include "tests/command/model_folder.h"
#include "tests/command/run_command.h"
#include "tests/core/support/safetensors_writer.h"

namespace patchboard {
namespace {

using testing::expect_bad_input;
using testing::FileTensor;
using testing::ModelFolder;
using testing::run_command;
using testing::run_json;
using testing::small_model;
using testing::TemporaryFolder;

constexpr const char* kIndex = "model.safetensors.index.json";

nlohmann::json predictions(const std::string& folder, const std::string& dtype) {
  return run_json({"predict", "--model", folder, "--ids", "1,2,3", "--dtype", dtype})["top"];
}

void convert(const std::string& model, const std::string& dtype, const std::string& out) {
  const auto result = run_command({"convert", "--model", model, "--dtype", dtype, "--out", out});
  EXPECT_EQ(result.exit_code, 0) << result.err;
}

std::string content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(ConvertCommand, KeepsWhateverSaysHowTextBecomesTokens) {
  const ModelFolder folder;
  folder.remove_tokenizer();
  const TemporaryFolder out;
  convert(folder.path(), "f16", out.path());
  EXPECT_FALSE(std::filesystem::exists(out.path("tokenizer.json")));
  folder.write("tokenizer.json", "{}");
  folder.write("added_tokens.json", "[]");
  convert(folder.path(), "f16", out.path());
  EXPECT_EQ(out.read("tokenizer.json"), "{}");
  EXPECT_EQ(out.read("added_tokens.json"), "[]");
}

/// The small model in two files and an index.
class ShardedFolder : public ModelFolder {
 public:
  ShardedFolder() {
    remove("model.safetensors");
    const std::vector<FileTensor> tensors = testing::published_tensors(small_model().weights);
    const auto half = tensors.begin() + static_cast<std::ptrdiff_t>(tensors.size() / 2);
    write(kFiles[0], testing::safetensors_file(std::vector(tensors.begin(), half)));
    write(kFiles[1], testing::safetensors_file(std::vector(half, tensors.end())));
    nlohmann::json map;
    for (auto tensor = tensors.begin(); tensor != tensors.end(); ++tensor) {
      map[tensor->name] = kFiles[tensor < half ? 0 : 1];
    }
    write(kIndex, nlohmann::json{{"metadata", {}}, {"weight_map", map}}.dump());
  }

  static constexpr std::array kFiles = {"model-00001-of-00002.safetensors",
                                        "model-00002-of-00002.safetensors"};
};

TEST(ConvertCommand, GivesTheWeightsThatAreLoadedInThatFormat) {
  const ModelFolder model;
  const TemporaryFolder out;
  convert(model.path(), "f16", out.path("small"));
  EXPECT_EQ(predictions(out.path("small"), "f16"), predictions(model.path(), "f16"));
  EXPECT_LT(std::filesystem::file_size(out.path("small/model.safetensors")),
            small_model().weights_file.size());
}

TEST(ConvertCommand, ConvertsAConvertedModelToItself) {
  const ModelFolder model;
  const TemporaryFolder out;
  convert(model.path(), "f16", out.path("once"));
  convert(out.path("once"), "f16", out.path("twice"));
  EXPECT_EQ(content(out.path("once/model.safetensors")),
            content(out.path("twice/model.safetensors")));
}

TEST(ConvertCommand, WritesTheChecksumThatThePageChecks) {
  const ModelFolder model;
  const TemporaryFolder out;
  convert(model.path(), "f16", out.path("small"));
  const auto config = nlohmann::json::parse(content(out.path("small/config.json")));
  const std::string checksum = config["patchboard"]["xxh64"]["model.safetensors"];
  EXPECT_EQ(checksum.size(), 16U);
  EXPECT_EQ(config["n_layer"], nlohmann::json::parse(small_model().config_text)["n_layer"]);
}

TEST(ConvertCommand, ConvertsEveryFileOfSeveral) {
  const ShardedFolder model;
  const TemporaryFolder out;
  convert(model.path(), "f16", out.path("small"));
  EXPECT_EQ(predictions(out.path("small"), "f16"), predictions(model.path(), "f16"));
  EXPECT_FALSE(std::filesystem::exists(out.path("small/model.safetensors")));
}

TEST(ConvertCommand, RefusesWhatItCannotDo) {
  const ModelFolder model;
  expect_bad_input({"convert", "--model", model.path(), "--dtype", "f16", "--out", model.path()},
                   {"expected another"});
  expect_bad_input({"convert", "--model", model.path(), "--dtype", "f32", "--out", "x"},
                   {"--dtype"});
  expect_bad_input({"convert", "--model", model.path(), "--dtype", "q8", "--out", "x"},
                   {"--dtype q8_0", "--to gguf"});
  expect_bad_input({"convert", "--model", model.path("none"), "--dtype", "f16", "--out", "x"},
                   {"cannot read", "config.json"});
  EXPECT_EQ(content(model.path("model.safetensors")), small_model().weights_file);
}

TEST(ShardedModel, GivesTheSameAsOneFile) {
  const ShardedFolder sharded;
  const ModelFolder whole;
  EXPECT_EQ(predictions(sharded.path(), "f32"), predictions(whole.path(), "f32"));
}

TEST(ShardedModel, AMissingOrWrongFileIsNamed) {
  const ShardedFolder folder;
  const auto refused = [&](std::initializer_list<std::string_view> parts) {
    expect_bad_input({"predict", "--model", folder.path(), "--ids", "1"}, parts);
  };
  folder.write(ShardedFolder::kFiles[1], "");
  refused({std::string(ShardedFolder::kFiles[1]) + ": the file is empty"});
  folder.remove(ShardedFolder::kFiles[1]);
  refused({"cannot read " + folder.path(ShardedFolder::kFiles[1])});
  folder.write(kIndex, R"({"weight_map": {"wte.weight": "../elsewhere"}})");
  refused({kIndex, "../elsewhere"});
  folder.write(kIndex, "[]");
  refused({kIndex, "[], expected an object"});
}

}  // namespace
}  // namespace patchboard
