// Model folders that cannot be loaded.

#include <gtest/gtest.h>

#include "tests/command/bad_input.h"
#include "tests/command/model_folder.h"
#include "tests/core/support/random_model.h"
#include "tests/core/support/safetensors_writer.h"

namespace patchboard {
namespace {

using testing::expect_bad_input;
using testing::ModelFolder;
using testing::small_model;
using testing::TemporaryFolder;

using Parts = std::initializer_list<std::string_view>;

void expect_refused(const std::string& folder, Parts parts) {
  expect_bad_input({"predict", "--model", folder, "--text", "Mi"}, parts);
}

TEST(BadModel, AMissingFolderIsNamed) {
  const TemporaryFolder folder;
  expect_refused(folder.path("none"), {folder.path("none")});
  expect_refused(folder.path(), {folder.path("config.json"), "expected a folder with"});
}

TEST(BadModel, AFileIsNotAFolder) {
  const ModelFolder folder;
  expect_refused(folder.path("config.json"), {folder.path("config.json")});
}

TEST(BadModel, AMissingFileIsNamed) {
  for (const char* name : {"config.json", "model.safetensors", "vocab.json", "merges.txt"}) {
    const ModelFolder folder;
    folder.remove(name);
    expect_refused(folder.path(), {"cannot read " + folder.path(name), "expected"});
  }
}

TEST(BadModel, AFolderInPlaceOfAFileIsNamed) {
  for (const char* name : {"config.json", "model.safetensors", "vocab.json", "merges.txt"}) {
    const ModelFolder folder;
    folder.remove(name);
    folder.make_folder(name);
    expect_refused(folder.path(), {"cannot read " + folder.path(name)});
  }
}

TEST(BadModel, AConfigThatIsNoGpt2IsRefused) {
  const ModelFolder folder;
  folder.write("config.json", "{\n\"n_layer\": 3,\n}");
  expect_refused(folder.path(), {"config.json", "JSON"});
  folder.write("config.json", "");
  expect_refused(folder.path(), {"config.json", "JSON"});
  folder.write("config.json", R"({"model_type": "bert"})");
  expect_refused(folder.path(),
                 {"config.json, \"model_type\": \"bert\", expected one of gpt2, gpt_neo"});
  folder.write("config.json", R"({"model_type": "gpt2"})");
  expect_refused(folder.path(), {"config.json: has no \"n_layer\""});
}

TEST(BadModel, WeightsOfAnotherLengthAreRefused) {
  const ModelFolder folder;
  const std::string& file = small_model().weights_file;
  folder.write("model.safetensors", "");
  expect_refused(folder.path(),
                 {"model.safetensors: the file is empty, expected 8 bytes of header length"});
  folder.write("model.safetensors", file.substr(0, file.size() / 2));
  expect_refused(folder.path(), {"the file ends at byte " + std::to_string(file.size() / 2)});
  folder.write("model.safetensors", file + "x");
  expect_refused(folder.path(), {"after the last tensor"});
}

TEST(BadModel, WeightsThatAreNotSafetensorsAreRefused) {
  const ModelFolder folder;
  folder.write("model.safetensors", "<!DOCTYPE html>\n<html>\n</html>\n");
  expect_refused(folder.path(), {"is this a safetensors file?"});
  folder.write("model.safetensors", testing::safetensors_file("{\n\"a\nb\": 1}", ""));
  expect_refused(folder.path(), {"the header: not JSON"});
}

TEST(BadModel, WeightsOfAnotherModelAreRefused) {
  const ModelFolder folder;
  Config wider = small_model().config;
  wider.d_model = 24;
  folder.write("config.json", testing::config_json(wider));
  expect_refused(folder.path(), {"`wte.weight`: shape [270, 12], expected [270, 24]"});
}

TEST(BadModel, ATensorNamedOverSeveralLinesGetsOneLine) {
  const ModelFolder folder;
  auto tensors = testing::published_tensors(small_model().weights);
  tensors.push_back({"a\nb\r\nc", "F32", {}, std::string(4, '\0')});
  folder.write("model.safetensors", testing::safetensors_file(tensors));
  expect_refused(folder.path(), {"`a\\nb\\r\\nc` is not a tensor of this GPT-2"});
}

TEST(BadModel, AHeadThatIsNotTheLanguageModelsIsLeftAsideAndNamed) {
  const ModelFolder folder;
  auto tensors = testing::published_tensors(small_model().weights);
  tensors.push_back({"score.weight", "F32", {1}, std::string(4, '\0')});
  folder.write("model.safetensors", testing::safetensors_file(tensors));
  const auto result = testing::run_command({"predict", "--model", folder.path(), "--text", "Mi"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.err,
            "note: left aside: `score.weight`, of a head that is not the language model's\n");
}

TEST(BadModel, ValuesThatAreNotFiniteAreRefused) {
  const ModelFolder folder;
  std::string file = small_model().weights_file;
  file.replace(file.size() - 4, 4, std::string("\0\0\xC0\x7F", 4));
  folder.write("model.safetensors", file);
  expect_refused(folder.path(), {"`ln_f.bias`: element 11 is nan"});
}

TEST(BadModel, AMalformedTokenizerIsRefused) {
  const ModelFolder folder;
  folder.write("merges.txt", "#version: 0.2\nx\n");
  expect_refused(folder.path(), {"merges.txt line 2"});
  folder.write("merges.txt", "");
  folder.write("vocab.json", "{\"a\": 0}");
  expect_refused(folder.path(), {"`M` cannot be written in the tokens of vocab.json"});
  folder.write("vocab.json", "\n[\n");
  expect_refused(folder.path(), {"vocab.json: not JSON"});
}

TEST(BadModel, ATokenizerLargerThanTheModelIsRefused) {
  const ModelFolder folder;
  Config config = small_model().config;
  config.vocab_size = 260;
  folder.write("config.json", testing::config_json(config));
  expect_refused(folder.path(), {"vocab.json: ids up to 266", "vocab_size 260"});
}

TEST(BadModel, PatchRefusesTheSame) {
  const ModelFolder folder;
  folder.remove("model.safetensors");
  expect_bad_input({"patch", "--model", folder.path(), "--clean-ids", "1", "--corrupted-ids", "2",
                    "--target-ids", "3"},
                   {"cannot read " + folder.path("model.safetensors")});
}

}  // namespace
}  // namespace patchboard
