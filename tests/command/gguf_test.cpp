// Models in a GGUF, and in single files.

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/command/bad_input.h"
#include "tests/command/model_folder.h"
#include "tests/command/run_command.h"
#include "tests/core/support/gguf_writer.h"

namespace patchboard {
namespace {

namespace fs = std::filesystem;
using testing::expect_bad_input;
using testing::ModelFolder;
using testing::run_json;
using testing::small_model;
using testing::TemporaryFolder;

std::string small_gguf() {
  const Config config = parse_config(small_model().config_text);
  return testing::gguf_file(config, small_model().weights);
}

nlohmann::json predictions(const std::string& model) {
  return run_json({"predict", "--model", model, "--ids", "1,2,3"})["top"];
}

/// What the model says, but for the tokens' texts.
void expect_same_numbers(const nlohmann::json& found, const nlohmann::json& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(found[i]["id"], expected[i]["id"]);
    EXPECT_EQ(found[i]["logit"], expected[i]["logit"]);
  }
}

TEST(GgufModel, IsTheModelOfItsWeightsWithNothingBesideIt) {
  const ModelFolder published;
  const TemporaryFolder folder;
  folder.write("small.gguf", small_gguf());
  expect_same_numbers(predictions(folder.path("small.gguf")), predictions(published.path()));
  expect_same_numbers(predictions(folder.path()), predictions(published.path()));
}

TEST(GgufModel, InAFileOfItsOwnHasItsTokenizer) {
  const std::string file = fs::path(PATCHBOARD_GOLDEN_GGUF) / "q8_0.gguf";
  const auto result = run_json({"predict", "--model", file, "--text", "Mi Jones x"});
  ASSERT_EQ(result["tokens"].size(), 5U);
  EXPECT_EQ(result["tokens"][2]["text"], " Jones");
}

TEST(GgufModel, WhatItsNumbersCostIsSaidBesideWhatItSays) {
  const std::string file = fs::path(PATCHBOARD_GOLDEN_GGUF) / "q8_0.gguf";
  const auto result = testing::run_command({"predict", "--model", file, "--ids", "1"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.err.find("note: these are q8_0 weights: 8.5 bits a number"), 0U) << result.err;
}

TEST(GgufModel, OneOfSeveralHasToBeNamed) {
  const TemporaryFolder folder;
  folder.write("a.gguf", small_gguf());
  folder.write("b.gguf", small_gguf());
  expect_bad_input({"predict", "--model", folder.path(), "--ids", "1"},
                   {"has 2 GGUFs, expected the path of one of them: a.gguf, b.gguf"});
}

TEST(GgufModel, WithoutATokenizerAsksForIds) {
  const TemporaryFolder folder;
  folder.write("small.gguf", small_gguf());
  expect_bad_input({"predict", "--model", folder.path(), "--text", "Mi"},
                   {"small.gguf: its metadata has no tokenizer", "token ids"});
}

TEST(GgufModel, ThatIsNoneIsNamed) {
  const TemporaryFolder folder;
  folder.write("other.gguf", small_model().weights_file);
  for (const char* command : {"predict", "verify"}) {
    std::vector<std::string> arguments = {command, "--model", folder.path("other.gguf")};
    if (arguments[0] == "predict") {
      arguments.insert(arguments.end(), {"--ids", "1"});
    }
    expect_bad_input(arguments, {"other.gguf: is safetensors"});
  }
  folder.write("small.gguf", "GGUF\1");
  expect_bad_input({"predict", "--model", folder.path("small.gguf"), "--ids", "1"},
                   {"small.gguf: the file ends after 5 bytes"});
}

void convert(const std::string& model, const std::string& dtype, const std::string& out) {
  const auto result = testing::run_command(
      {"convert", "--model", model, "--to", "gguf", "--dtype", dtype, "--out", out});
  EXPECT_EQ(result.exit_code, 0) << result.err;
}

TEST(ConvertToGguf, OfF32IsTheModelAndItsTokenizer) {
  const ModelFolder model;
  const TemporaryFolder out;
  convert(model.path(), "f32", out.path("small.gguf"));
  EXPECT_EQ(predictions(out.path("small.gguf")), predictions(model.path()));
  const auto tokens = [](const std::string& path) {
    return run_json({"predict", "--model", path, "--text", testing::kClean});
  };
  EXPECT_EQ(tokens(out.path("small.gguf"))["tokens"], tokens(model.path())["tokens"]);
  EXPECT_EQ(tokens(out.path("small.gguf"))["top"], tokens(model.path())["top"]);
}

TEST(ConvertToGguf, RefusesWhatLlamaCppWouldComputeOtherwise) {
  const ModelFolder model;
  auto config = nlohmann::json::parse(testing::small_model().config_text);
  config["activation_function"] = "gelu";
  model.write("config.json", config.dump());
  const TemporaryFolder out;
  expect_bad_input({"convert", "--model", model.path(), "--to", "gguf", "--dtype", "f16", "--out",
                    out.path("small.gguf")},
                   {"config.json: its activation", "llama.cpp"});
}

TEST(ConvertToGguf, OfQ8_0IsItselfAgain) {
  const std::string file = fs::path(PATCHBOARD_GOLDEN_GGUF) / "q8_0.gguf";
  const TemporaryFolder out;
  convert(file, "q8_0", out.path("again.gguf"));
  EXPECT_EQ(predictions(out.path("again.gguf")), predictions(file));
  convert(out.path("again.gguf"), "q8_0", out.path("twice.gguf"));
  EXPECT_EQ(out.read("again.gguf"), out.read("twice.gguf"));
}

TEST(ConvertToGguf, OfHalvesIsItselfAgain) {
  const ModelFolder model;
  const TemporaryFolder out;
  const auto halves = testing::run_command(
      {"convert", "--model", model.path(), "--dtype", "f16", "--out", out.path("halves")});
  ASSERT_EQ(halves.exit_code, 0) << halves.err;
  convert(out.path("halves"), "f16", out.path("once.gguf"));
  convert(out.path("once.gguf"), "f16", out.path("twice.gguf"));
  const auto expected = predictions(out.path("halves"));
  EXPECT_EQ(predictions(out.path("once.gguf")), expected);
  EXPECT_EQ(predictions(out.path("twice.gguf")), expected);
}

TEST(ConvertToGguf, IsSmallerInSmallerNumbers) {
  const std::string file = fs::path(PATCHBOARD_GOLDEN_GGUF) / "f32.gguf";
  const TemporaryFolder out;
  convert(file, "f16", out.path("f16.gguf"));
  convert(file, "q8_0", out.path("q8_0.gguf"));
  EXPECT_LT(fs::file_size(out.path("f16.gguf")), fs::file_size(file));
  EXPECT_LT(fs::file_size(out.path("q8_0.gguf")), fs::file_size(out.path("f16.gguf")));
}

TEST(ConvertToGguf, RefusesWhatItCannotWrite) {
  const ModelFolder model;
  expect_bad_input(
      {"convert", "--model", model.path(), "--to", "gguf", "--dtype", "f16", "--out", "folder"},
      {"--out folder, expected the path of a .gguf"});
  expect_bad_input(
      {"convert", "--model", model.path(), "--to", "onnx", "--dtype", "f16", "--out", "x"},
      {"--to"});
}

TEST(SingleFile, OfSafetensorsIsReadWithWhatStandsBesideIt) {
  const ModelFolder folder;
  fs::rename(folder.path("model.safetensors"), folder.path("step-100.safetensors"));
  EXPECT_EQ(predictions(folder.path("step-100.safetensors")), predictions(ModelFolder().path()));
}

}  // namespace
}  // namespace patchboard
