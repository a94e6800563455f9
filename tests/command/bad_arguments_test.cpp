// Command lines that make no sense, whatever the model.

#include <gtest/gtest.h>

#include "tests/command/bad_input.h"

namespace patchboard {
namespace {

using testing::Arguments;
using testing::expect_bad_input;

Arguments predict(std::initializer_list<std::string> arguments) {
  Arguments all = {"predict"};
  all.insert(all.end(), arguments);
  return all;
}

Arguments patch(std::initializer_list<std::string> arguments) {
  Arguments all = {"patch"};
  all.insert(all.end(), arguments);
  return all;
}

TEST(BadArguments, ASubcommandIsNeeded) {
  expect_bad_input({}, {"expected a subcommand, predict, patch, cell, lens, attention, neurons, "
                        "template, pairs, replay, "
                        "report, verify, synth, convert or bench"});
  expect_bad_input({"--json"}, {"--json"});
  expect_bad_input({"explain"}, {"explain"});
  expect_bad_input({""}, {});
  expect_bad_input({"predict", "--top", "1", "--ids", "1", "--json", "patch"}, {"patch"});
}

TEST(BadArguments, UnknownOptionsAreNamed) {
  expect_bad_input(predict({"--text", "a", "--frobnicate"}), {"--frobnicate"});
  expect_bad_input(patch({"--text", "a"}), {"--text"});
  expect_bad_input(predict({"hello"}), {"hello"});
  expect_bad_input(predict({"--text", "a", "b"}), {"b"});
}

TEST(BadArguments, PredictNeedsATextOrIdsButNotBoth) {
  expect_bad_input(predict({}), {"--text", "--ids"});
  expect_bad_input(predict({"--text", "a", "--ids", "1"}), {"--text", "--ids"});
  expect_bad_input(predict({"--text"}), {"--text"});
  expect_bad_input(predict({"--ids"}), {"--ids"});
}

TEST(BadArguments, PatchNeedsEachOfItsInputsOnce) {
  expect_bad_input(patch({"--corrupted-ids", "1", "--target-ids", "2"}), {"--clean"});
  expect_bad_input(patch({"--clean-ids", "1", "--target-ids", "2"}), {"--corrupted"});
  expect_bad_input(patch({"--clean-ids", "1", "--corrupted-ids", "2"}), {"--target"});
  expect_bad_input(
      patch({"--clean", "a", "--clean-ids", "1", "--corrupted-ids", "2", "--target-ids", "3"}),
      {"--clean", "--clean-ids"});
  expect_bad_input(
      patch({"--clean-ids", "1", "--corrupted", "a", "--corrupted-ids", "2", "--target-ids", "3"}),
      {"--corrupted", "--corrupted-ids"});
  expect_bad_input(
      patch({"--clean-ids", "1", "--corrupted-ids", "2", "--target", "a", "--target-ids", "3"}),
      {"--target", "--target-ids"});
}

TEST(BadArguments, IdsAreWholeNumbersWithCommas) {
  for (const char* ids : {"x", "1,x", "1.5", "1;2", "1e2", "99999999999", "4294967297", ",", "",
                          "1,,2", "1,", ",1", "010", "0x10", "+1"}) {
    expect_bad_input(predict({"--ids", ids}), {"--ids", "expected a whole number from 0 to "});
  }
  expect_bad_input(predict({"--ids=-1"}), {"--ids: \"-1\"", "expected a whole number from 0 to "});
  expect_bad_input(predict({"--ids", "-1"}), {"-1"});
}

TEST(BadArguments, TopIsAtLeastOne) {
  for (const char* top : {"0", "-1", "x", "1.5", "99999999999", ""}) {
    expect_bad_input(predict({"--ids", "1", "--top", top}), {"--top"});
  }
}

TEST(BadArguments, FormatsOfWeightsAreNamedAsTheyAre) {
  for (const char* dtype : {"F32", "int8", ""}) {
    expect_bad_input(predict({"--ids", "1", "--dtype", dtype}),
                     {"--dtype", "\"" + std::string(dtype) + "\"", "expected f16 or f32 or q8_0"});
  }
}

TEST(BadArguments, ThreadsAreOneToTwoHundredAndFiftySix) {
  for (const char* threads : {"0", "-1", "257", "x", "1.5", ""}) {
    expect_bad_input(predict({"--ids", "1", "--threads", threads}), {"--threads"});
    expect_bad_input(patch({"--clean-ids", "1", "--corrupted-ids", "2", "--target-ids", "3",
                            "--threads", threads}),
                     {"--threads"});
  }
}

TEST(BadArguments, AnEmptyModelIsNotTheEmbeddedOne) {
  expect_bad_input(predict({"--model", "", "--ids", "1"}), {"--model"});
}

TEST(BadArguments, TextIsUtf8) {
  const std::string latin1 = "caf\xE9 b";
  const std::initializer_list<Arguments> lines = {
      {"predict", "--text", latin1},
      {"patch", "--clean", latin1, "--corrupted", "a", "--target", "b"},
      {"cell", "--clean", latin1, "--corrupted", "a", "--target", "b", "--at", "0,0"},
      {"lens", "--text", latin1},
      {"attention", "--text", latin1, "--layer", "0"},
      {"neurons", "--clean", latin1, "--corrupted", "a", "--layer", "0", "--position", "0"},
      {"template", latin1, "--target", "b"}};
  for (const Arguments& line : lines) {
    expect_bad_input(line, {"argument ", "is not UTF-8 at byte 3", "(0xE9)"});
  }
}

TEST(BadArguments, NumbersOfTheNoiseAreOfNoiseAlone) {
  const auto ids = [](std::initializer_list<std::string> more) {
    Arguments all = {"patch", "--clean-ids", "1,2", "--target-ids", "2"};
    all.insert(all.end(), more);
    return all;
  };
  for (const char* option : {"--multiple", "--samples", "--seed"}) {
    const std::string key = std::string(option).substr(2);
    expect_bad_input(ids({"--corrupted-ids", "1,3", option, "2"}), {"corruption", key});
    expect_bad_input(ids({"--zero", option, "2"}), {"corruption", key});
  }
  expect_bad_input(ids({"--zero", "--corrupted-ids", "1,3"}), {"\"corrupted\" beside"});
  expect_bad_input(ids({"--noise", "1", "--corrupted-ids", "1,3"}), {"\"corrupted\" beside"});
  expect_bad_input(ids({"--noise", ""}), {"--noise", "nothing"});
  expect_bad_input(ids({"--noise", "1", "--samples", "10001"}), {"samples", "from 1 to 10000"});
  expect_bad_input(ids({"--noise", "1", "--seed", "4294967296"}), {"seed", "to 4294967295"});
  expect_bad_input(ids({"--noise", "4294967295"}), {"corruption.positions[0]", "4294967295"});
  expect_bad_input(ids({"--corrupted-ids", "1,3", "--window", "100"}), {"window", "100", "1 to "});
}

}  // namespace
}  // namespace patchboard
