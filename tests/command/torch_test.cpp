// Models in files that PyTorch wrote, and what is of another kind.

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/command/bad_input.h"
#include "tests/command/run_command.h"
#include "tests/command/temporary_folder.h"

namespace patchboard {
namespace {

namespace fs = std::filesystem;
using testing::expect_bad_input;
using testing::run_json;
using testing::TemporaryFolder;

const fs::path kGolden = PATCHBOARD_GOLDEN_TORCH;

nlohmann::json predictions(const std::string& model) {
  return run_json({"predict", "--model", model, "--ids", "1,7,3,12,7"})["top"];
}

void copy(const TemporaryFolder& folder, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    fs::copy(kGolden / name, folder.path(name));
  }
}

TEST(TorchModel, IsAFolderOrOneOfItsFiles) {
  const nlohmann::json expected = predictions(kGolden / "pytorch_model.bin");
  EXPECT_EQ(expected[0]["id"], 2);
  EXPECT_NEAR(expected[0]["logit"].get<double>(), 0.92776, 1e-5);
  EXPECT_EQ(predictions(kGolden / "legacy.bin"), expected);
  const TemporaryFolder folder;
  copy(folder, {"pytorch_model.bin", "config.json"});
  EXPECT_EQ(predictions(folder.path()), expected);
}

TEST(TorchModel, MayBeInSeveralFilesOfAnIndex) {
  const TemporaryFolder folder;
  copy(folder,
       {"pytorch_model-00001-of-00002.bin", "pytorch_model-00002-of-00002.bin", "config.json"});
  folder.write("pytorch_model.bin.index.json",
               R"({"weight_map": {"a": "pytorch_model-00001-of-00002.bin",
                                  "b": "pytorch_model-00002-of-00002.bin"}})");
  EXPECT_EQ(predictions(folder.path()), predictions(kGolden / "pytorch_model.bin"));
}

TEST(TorchModel, BecomesAGguf) {
  const TemporaryFolder folder;
  const auto result =
      testing::run_command({"convert", "--model", kGolden / "pytorch_model.bin", "--to", "gguf",
                            "--dtype", "f32", "--out", folder.path("small.gguf")});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const auto found = predictions(folder.path("small.gguf"));
  EXPECT_EQ(found, predictions(kGolden / "pytorch_model.bin"));
  expect_bad_input({"convert", "--model", kGolden, "--dtype", "f16", "--out", folder.path("b")},
                   {"expected a folder with model.safetensors; with --to gguf"});
}

TEST(TorchModel, NeedsItsConfigBesideIt) {
  const TemporaryFolder folder;
  copy(folder, {"f16.bin"});
  expect_bad_input({"predict", "--model", folder.path("f16.bin"), "--ids", "1"},
                   {"cannot read", "config.json"});
}

TEST(TorchModel, ByAnotherNameIsNamed) {
  const TemporaryFolder folder;
  copy(folder, {"config.json"});
  fs::copy(kGolden / "f16.bin", folder.path("model.safetensors"));
  expect_bad_input({"predict", "--model", folder.path(), "--ids", "1"},
                   {"model.safetensors: is a file of PyTorch's by another name", ".bin"});
}

TEST(OtherModel, IsNamedWithWhatToDo) {
  const TemporaryFolder folder;
  copy(folder, {"config.json"});
  for (const auto& [name, part] : std::initializer_list<std::pair<const char*, const char*>>{
           {"model.onnx", "model.onnx: is ONNX"},
           {"flax_model.msgpack", "flax_model.msgpack: is Flax's (msgpack)"},
           {"tf_model.h5", "tf_model.h5: is TensorFlow's or Keras' (HDF5)"}}) {
    folder.write(name, "anything");
    expect_bad_input({"predict", "--model", folder.path(), "--ids", "1"}, {part, "expected"});
    expect_bad_input({"predict", "--model", folder.path(name), "--ids", "1"}, {part, "expected"});
    folder.remove(name);
  }
}

}  // namespace
}  // namespace patchboard
