// --bos, --no-special-tokens, and notes on standard error, in every subcommand that has prompts.

#include <gtest/gtest.h>

#include "tests/command/bad_input.h"
#include "tests/command/model_folder.h"
#include "tests/command/run_command.h"

namespace patchboard {
namespace {

using testing::Arguments;
using testing::CommandResult;
using testing::expect_bad_input;
using testing::kClean;
using testing::kCorrupted;
using testing::ModelFolder;
using testing::run_command;
using testing::run_json;
using Json = nlohmann::json;

// As ids, with the model's bos_token_id in front.
constexpr const char* kCleanIds = "269,266,260,32,120";
constexpr const char* kCorruptedIds = "269,266,265,32,120";

class PromptOptionsOfTheCommand : public ::testing::Test {
 protected:
  [[nodiscard]] Json run(const std::string& subcommand, Arguments arguments) const {
    arguments.insert(arguments.begin(), {subcommand, "--model", folder_.path()});
    return run_json(arguments);
  }

  /// with_bos and by_hand have the same prompts.
  void expect_same(const std::string& subcommand, const Arguments& more) const {
    Arguments with_bos = {"--clean", kClean, "--corrupted", kCorrupted, "--bos"};
    Arguments by_hand = {"--clean-ids", kCleanIds, "--corrupted-ids", kCorruptedIds};
    with_bos.insert(with_bos.end(), more.begin(), more.end());
    by_hand.insert(by_hand.end(), more.begin(), more.end());
    Json expected = run(subcommand, by_hand);
    Json found = run(subcommand, with_bos);
    for (const char* key : {"clean", "corrupted", "bos", "work", "seconds"}) {
      expected.erase(key);
      found.erase(key);
    }
    EXPECT_EQ(found, expected) << subcommand;
    EXPECT_EQ(found["tokens"]["clean"][0]["id"], 269) << subcommand;
  }

  ModelFolder folder_;
};

TEST_F(PromptOptionsOfTheCommand, BosIsTheSameAsItsIdByHand) {
  expect_same("patch", {"--target", " Jones", " Smith", "--site", "resid_post", "z"});
  expect_same("patch", {"--target", " Jones", "--layers", "0,2", "--positions", "0,2"});
  expect_same("cell", {"--target", " Jones", "--at", "1,2"});
  expect_same("lens", {"--target", " Jones"});
  expect_same("attention", {"--layer", "1"});
  expect_same("neurons", {"--layer", "1", "--position", "2"});
}

TEST_F(PromptOptionsOfTheCommand, BosIsBeforeSinglePromptsAndIds) {
  const Json expected = run("predict", {"--ids", kCleanIds});
  EXPECT_EQ(run("predict", {"--text", kClean, "--bos"}), expected);
  EXPECT_EQ(run("predict", {"--ids", "266,260,32,120", "--bos"}), expected);
  EXPECT_EQ(run("attention", {"--text", kClean, "--bos", "--layer", "0"})["patterns"],
            run("attention", {"--ids", kCleanIds, "--layer", "0"})["patterns"]);
}

TEST_F(PromptOptionsOfTheCommand, BosIsBeforeEveryPromptOfASetAndATemplate) {
  folder_.write("pairs.json", R"([{"clean": "Mi Jones x", "corrupted": "Mi Smith x",
                                   "targets": [" Jones"]}])");
  const Json pairs = run("pairs", {folder_.path("pairs.json"), "--bos"});
  const Json alone = run(
      "patch", {"--clean-ids", kCleanIds, "--corrupted-ids", kCorruptedIds, "--target", " Jones"});
  EXPECT_EQ(pairs["bos"], true);
  EXPECT_EQ(pairs["tokens"], 5);
  EXPECT_EQ(pairs["pairs"][0]["results"], alone["results"]);
  const Json filled = run("template", {"Mi {Jones|Smith} x", "--bos", "--target", " Jones"});
  EXPECT_EQ(filled["bos"], true);
  EXPECT_EQ(filled["tokens"], 5);
  EXPECT_EQ(filled["fillings"][0]["logit"][0], alone["results"]["clean"]["logit"][0]);
}

TEST_F(PromptOptionsOfTheCommand, ASavedResultReplaysAsItWasRun) {
  const Json saved = run("patch", {"--clean", kClean, "--corrupted", kCorrupted, "--bos",
                                   "--no-special-tokens", "--target", " Jones"});
  EXPECT_EQ(saved["bos"], true);
  EXPECT_EQ(saved["special_tokens"], false);
  EXPECT_EQ(saved["tokens"]["clean"].size(), 5U);
  folder_.write("saved.json", saved.dump());
  EXPECT_EQ(run("replay", {folder_.path("saved.json")})["same"], true);
  EXPECT_EQ(run("patch", {"--experiment", folder_.path("saved.json")})["results"],
            saved["results"]);
  Json without = saved;
  without["bos"] = false;
  folder_.write("saved.json", without.dump());
  const CommandResult other =
      run_command({"replay", "--model", folder_.path(), folder_.path("saved.json")});
  EXPECT_EQ(other.exit_code, 1);
}

TEST_F(PromptOptionsOfTheCommand, ADocumentSaysThemItself) {
  folder_.write("experiment.json", R"({"clean": "Mi", "corrupted": "x", "targets": ["x"]})");
  for (const char* flag : {"--bos", "--no-special-tokens"}) {
    expect_bad_input(
        {"patch", "--model", folder_.path(), "--experiment", folder_.path("experiment.json"), flag},
        {"--experiment says what is run; leave " + std::string(flag) + " out"});
  }
}

TEST_F(PromptOptionsOfTheCommand, AModelWithoutTheTokenIsNamed) {
  Json config = Json::parse(testing::small_model().config_text);
  config.erase("bos_token_id");
  folder_.write("config.json", config.dump());
  for (const Arguments& arguments :
       {Arguments{"predict", "--ids", "1"},
        Arguments{"patch", "--clean-ids", "1", "--corrupted-ids", "2", "--target-ids", "3"}}) {
    Arguments all = arguments;
    all.insert(all.end(), {"--bos", "--model", folder_.path()});
    expect_bad_input(all, {"\"bos\"", "config.json has no \"bos_token_id\""});
  }
}

TEST_F(PromptOptionsOfTheCommand, NotesAreOnStandardErrorAndChangeNothing) {
  Arguments arguments = {"patch",       "--model",  folder_.path(), "--clean", kClean,
                         "--corrupted", kCorrupted, "--target",     "Mi"};
  const CommandResult silent = run_command(arguments);
  EXPECT_EQ(silent.err, "") << "a space before makes no token of it";
  arguments.insert(arguments.end(), {"--continuation", "Mi x", "--json"});
  const CommandResult noted = run_command(arguments);
  EXPECT_EQ(noted.exit_code, 0);
  EXPECT_EQ(noted.err,
            "note: the target `Mi x` has no space before it, with which ` Mi x` would come after "
            "this prompt\n");
  EXPECT_FALSE(Json::parse(noted.out).empty());
  const CommandResult space =
      run_command({"predict", "--model", folder_.path(), "--text", "Jones "});
  EXPECT_EQ(space.exit_code, 0);
  EXPECT_EQ(space.err,
            "note: the prompt ends in a space, which the next word brings with it\n"
            "note: the prompt begins with a word that is one token only with a space before it\n");
  folder_.write("pairs.csv",
                "clean,corrupted,name\nMi Jones ,Mi Smith ,one\nMi Smith ,Mi Jones ,two\n");
  const CommandResult pairs = run_command(
      {"pairs", folder_.path("pairs.csv"), "--model", folder_.path(), "--target", " Jones"});
  EXPECT_EQ(
      pairs.err,
      "note: one: the clean prompt ends in a space, which the next word brings with it (and 3 "
      "more of this kind)\n");
}

}  // namespace
}  // namespace patchboard
