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
  expect_bad_input(
      {}, {"expected a subcommand, predict, patch, cell, lens, attention, template, pairs, replay, "
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
  for (const char* ids : {"x", "1,x", "1.5", "1;2", "1e2", "99999999999", "4294967297", ",", ""}) {
    expect_bad_input(predict({"--ids", ids}), {"--ids"});
  }
  expect_bad_input(predict({"--ids=-1"}), {"id -1", "expected 0 to "});
  expect_bad_input(predict({"--ids", "-1"}), {"-1"});
}

TEST(BadArguments, TopIsAtLeastOne) {
  for (const char* top : {"0", "-1", "x", "1.5", "99999999999", ""}) {
    expect_bad_input(predict({"--ids", "1", "--top", top}), {"--top"});
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

}  // namespace
}  // namespace patchboard
