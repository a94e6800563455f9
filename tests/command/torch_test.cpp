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
using testing::run_command;
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

TEST(NanoGptModel, SaysWhatActivationIsAssumed) {
  const std::string model = kGolden / "ckpt_plain.pt";
  const testing::Arguments predict = {"predict", "--model", model, "--ids", "1,7,3,12,7"};
  const auto run = [&](const char* activation) {
    testing::Arguments arguments = predict;
    arguments.insert(arguments.end(), {"--activation", activation});
    return run_command(arguments);
  };
  const auto assumed = run_command(predict);
  EXPECT_EQ(assumed.exit_code, 0);
  EXPECT_EQ(assumed.err,
            "note: the model does not say its activation: it is run with gelu (by erf), as nanoGPT "
            "has it since 2023; --activation says another\n");
  EXPECT_EQ(run("gelu").out, assumed.out);
  EXPECT_EQ(run("gelu").err, "");
  EXPECT_NE(run("relu").out, assumed.out);
  EXPECT_EQ(run("gelu_new").out, run("gelu_fast").out);
  EXPECT_EQ(run("silu").exit_code, 2);
}

TEST(NanoGptModel, IsAFolderOfSafetensorsToo) {
  const TemporaryFolder folder;
  copy(folder, {"config.json"});
  fs::copy(kGolden / "nanogpt.safetensors", folder.path("model.safetensors"));
  const testing::Arguments predict = {"predict", "--model", folder.path(), "--ids", "1,7"};
  const auto published = run_command(predict);
  EXPECT_NE(published.err.find("it is run with gelu_new (by tanh)"), std::string::npos)
      << published.err;
  const auto top = [](const std::string& model) {
    return run_json({"predict", "--model", model, "--ids", "1,7", "--activation", "gelu"})["top"];
  };
  EXPECT_EQ(top(folder.path()), top(kGolden / "ckpt_plain.pt"));
}

TEST(NanoGptModel, BecomesAGgufWhereItsActivationIsGpt2s) {
  const TemporaryFolder folder;
  const std::string model = kGolden / "ckpt_plain.pt";
  const std::string gguf = folder.path("nano.gguf");
  const testing::Arguments convert = {"convert", "--model", model,   "--to", "gguf",
                                      "--dtype", "f32",     "--out", gguf};
  expect_bad_input(convert, {"its activation", "not that of the published GPT-2"});
  testing::Arguments as_gpt2 = convert;
  as_gpt2.insert(as_gpt2.end(), {"--activation", "gelu_new"});
  EXPECT_EQ(run_command(as_gpt2).exit_code, 0);
  EXPECT_EQ(predictions(gguf), run_json({"predict", "--model", model, "--ids", "1,7,3,12,7",
                                         "--activation", "gelu_new"})["top"]);
}

TEST(Activation, ThatAModelSaysIsNotAnother) {
  expect_bad_input({"predict", "--activation", "gelu", "--text", "x"},
                   {"\"activation_function\": \"gelu_new\", expected gelu, as was asked for"});
  const TemporaryFolder folder;
  copy(folder, {"f16.bin"});
  folder.write("config.json", R"({"n_layer": 2, "n_head": 2, "n_embd": 8, "n_positions": 12,
                                  "vocab_size": 20, "activation_function": "relu"})");
  expect_bad_input(
      {"predict", "--model", folder.path("f16.bin"), "--activation", "gelu_new", "--ids", "1"},
      {"\"activation_function\": \"relu\", expected gelu_new"});
}

TEST(Activation, IsTakenByEverySubcommandThatTakesAModel) {
  for (const char* name : {"predict", "patch", "cell", "lens", "attention", "neurons", "template",
                           "pairs", "replay", "report", "verify", "convert", "bench"}) {
    EXPECT_NE(run_command({name, "--help"}).out.find("--activation"), std::string::npos) << name;
  }
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
