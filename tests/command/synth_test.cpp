// `patchboard synth`: what it refuses. A published size is too large to be written here.

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/command/bad_input.h"
#include "tests/command/temporary_folder.h"

namespace patchboard {
namespace {

using testing::expect_bad_input;
using testing::TemporaryFolder;

TEST(SynthCommand, NamesTheConfigsThatThereAre) {
  const TemporaryFolder folder;
  expect_bad_input({"synth", "--config", "gpt3", "--out", folder.path("model")},
                   {"gpt3", "gpt2", "gpt2-medium", "gpt2-large", "gpt2-xl"});
  expect_bad_input({"synth", "--config", "", "--out", folder.path("model")}, {"--config"});
  EXPECT_FALSE(std::filesystem::exists(folder.path("model")));
}

TEST(SynthCommand, NeedsAConfigAndAFolder) {
  expect_bad_input({"synth", "--out", "model"}, {"--config"});
  expect_bad_input({"synth", "--config", "gpt2"}, {"--out"});
  expect_bad_input({"synth", "--config", "gpt2", "--out", ""}, {"--out"});
}

TEST(SynthCommand, SeedsAreWholeNumbersOf32Bits) {
  for (const char* seed : {"-1", "x", "1.5", "4294967296", ""}) {
    expect_bad_input({"synth", "--config", "gpt2", "--seed", seed, "--out", "/dev/null/model"},
                     {"--seed"});
  }
}

TEST(SynthCommand, AFullDiskEndsWithOneLine) {
  const TemporaryFolder folder;
  std::filesystem::create_symlink("/dev/full", folder.path("model.safetensors"));
  expect_bad_input({"synth", "--config", "gpt2", "--out", folder.path()},
                   {"cannot write " + folder.path("model.safetensors"), "No space left"});
}

}  // namespace
}  // namespace patchboard
