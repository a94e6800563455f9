// `patchboard lens`

#include <gtest/gtest.h>

#include "tests/command/bad_input.h"
#include "tests/command/model_folder.h"
#include "tests/command/run_command.h"
#include "tests/core/support/loaded_session.h"

namespace patchboard {
namespace {

using testing::CommandResult;
using testing::expect_bad_input;
using testing::kClean;
using testing::kCorrupted;
using testing::Keys;
using testing::keys_of;
using testing::LoadedSession;
using testing::ModelFolder;
using testing::run_command;
using testing::run_json;
using Json = nlohmann::json;

constexpr std::size_t kLayers = 3;
constexpr std::size_t kTokens = 4;

void expect_lens(const Json& run, const LogitLens& expected, std::size_t targets) {
  ASSERT_EQ(run["top"].size(), kLayers);
  ASSERT_EQ(run["prob"].size(), targets);
  for (std::size_t cell = 0; cell < kLayers * kTokens; ++cell) {
    const Json& top = run["top"][cell / kTokens][cell % kTokens];
    EXPECT_EQ(top["id"], expected.top[cell]);
    EXPECT_EQ(top["prob"].get<float>(), expected.top_prob[cell]);
    for (std::size_t target = 0; target < targets; ++target) {
      EXPECT_EQ(run["prob"][target][cell / kTokens][cell % kTokens].get<float>(),
                expected.prob[target * kLayers * kTokens + cell]);
    }
  }
}

TEST(LensCommand, WritesTheSessionsLensOfBothRuns) {
  const ModelFolder folder;
  const Json json = run_json({"lens", "--model", folder.path(), "--clean", kClean, "--corrupted",
                              kCorrupted, "--target", " Jones", " Smith"});
  EXPECT_EQ(keys_of(json), (Keys{"model", "runs", "targets", "tokens"}));
  LoadedSession session(1);
  session.start({.clean = session.encode(kClean),
                 .corrupted = session.encode(kCorrupted),
                 .targets = {{260}, {265}}});
  expect_lens(json["runs"]["clean"], session.logit_lens(RunName::kClean), 2);
  expect_lens(json["runs"]["corrupted"], session.logit_lens(RunName::kCorrupted), 2);
}

TEST(LensCommand, ReadsASinglePromptWhoseLikeliestTokenIsTheTarget) {
  const ModelFolder folder;
  const Json json = run_json({"lens", "--model", folder.path(), "--text", kClean});
  EXPECT_EQ(keys_of(json["runs"]), Keys{"clean"});
  LoadedSession session(1);
  const auto likeliest =
      static_cast<TokenId>(session.predict(session.encode(kClean), 1).front().token);
  EXPECT_EQ(json["targets"][0]["tokens"][0]["id"], likeliest);
  session.start({.clean = session.encode(kClean),
                 .corrupted = session.encode(kCorrupted),
                 .targets = {{likeliest}}});
  expect_lens(json["runs"]["clean"], session.logit_lens(RunName::kClean), 1);
}

TEST(LensCommand, NeedsNoTokenizerForIds) {
  const ModelFolder folder;
  folder.remove_tokenizer();
  const Json json = run_json({"lens", "--model", folder.path(), "--ids", "266,260,32,120"});
  EXPECT_EQ(json["tokens"]["clean"][1]["text"], "#260");
}

TEST(LensCommand, PrintsTokensAndAHeatmapOfEachTarget) {
  const ModelFolder folder;
  const CommandResult result =
      run_command({"lens", "--model", folder.path(), "--text", kClean, "--target", " Jones"});
  EXPECT_EQ(result.exit_code, 0);
  for (const char* part : {"logit lens of the clean run", "\"Mi\"", "prob of \" Jones\""}) {
    EXPECT_NE(result.out.find(part), std::string::npos) << part << " is not in\n" << result.out;
  }
}

TEST(LensCommand, SaysThatAnAblationHasNoCorruptedRun) {
  const ModelFolder folder;
  const CommandResult result = run_command(
      {"lens", "--model", folder.path(), "--clean", kClean, "--target", " Jones", "--zero"});
  EXPECT_NE(result.out.find("an ablation has no corrupted run"), std::string::npos) << result.out;
}

TEST(LensCommand, RefusesAPromptAndAnExperimentTogether) {
  const ModelFolder folder;
  const std::string model = folder.path();
  expect_bad_input({"lens", "--model", model, "--text", "a", "--clean", "b"},
                   {"--text", "--clean", "exclude each other"});
  expect_bad_input({"lens", "--model", model}, {"--clean"});
  expect_bad_input({"lens", "--model", model, "--clean", "Mi"}, {"--corrupted"});
  expect_bad_input({"lens", "--model", model, "--text", ""}, {"prompt: is empty"});
  expect_bad_input({"lens", "--model", model, "--text", "a", "--ids", "1"}, {"--text", "--ids"});
}

}  // namespace
}  // namespace patchboard
