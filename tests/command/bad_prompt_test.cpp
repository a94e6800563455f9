// Prompts and targets that a loaded model cannot run.

#include <gtest/gtest.h>

#include "tests/command/bad_input.h"
#include "tests/command/model_folder.h"

namespace patchboard {
namespace {

using testing::Arguments;
using testing::expect_bad_input;
using testing::ModelFolder;
using Parts = std::initializer_list<std::string_view>;

class BadPrompt : public ::testing::Test {
 protected:
  void expect_refused(const std::string& subcommand, const Arguments& arguments,
                      Parts parts) const {
    Arguments all = {subcommand, "--model", folder_.path()};
    all.insert(all.end(), arguments.begin(), arguments.end());
    expect_bad_input(all, parts);
  }

  void expect_pair_refused(const std::string& clean, const std::string& corrupted,
                           Parts parts) const {
    expect_refused("patch", {"--clean", clean, "--corrupted", corrupted, "--target", " Jones"},
                   parts);
  }

  void expect_target_refused(const std::string& target, Parts parts) const {
    expect_refused("patch", {"--clean", "a", "--corrupted", "b", "--target", target}, parts);
  }

 private:
  ModelFolder folder_;
};

TEST_F(BadPrompt, AnEmptyTextIsRefused) {
  expect_refused("predict", {"--text", ""}, {"prompt: is empty"});
  expect_pair_refused("", "a", {"clean prompt: is empty"});
  expect_pair_refused("a", "", {"corrupted prompt: is empty"});
}

TEST_F(BadPrompt, IdsOutsideTheVocabularyAreRefused) {
  expect_refused("predict", {"--ids", "1,270"}, {"id 270 at position 1", "expected 0 to 269"});
  expect_refused("patch", {"--clean-ids", "1", "--corrupted-ids", "1000", "--target-ids", "1"},
                 {"\"corrupted[0]\": 1000", "from 0 to 269"});
}

TEST_F(BadPrompt, APromptLongerThanTheModelReadsIsRefused) {
  const std::string text(65, 'x');
  expect_refused("predict", {"--text", text}, {"65 tokens", "at most 64"});
  expect_pair_refused(text, "y" + text.substr(1), {"clean prompt: 65 tokens", "at most 64"});
}

TEST_F(BadPrompt, PromptsOfDifferentLengthsAreRefusedWithTheirDifference) {
  expect_pair_refused("Mi Jones x", "Mi Bo x",
                      {"clean has 4, corrupted 6", "` Jones` (1 token)", "` |B|o` (3 tokens)",
                       "choose a replacement"});
  expect_refused("patch", {"--clean-ids", "1,2", "--corrupted-ids", "1", "--target-ids", "1"},
                 {"clean has 2, corrupted 1"});
}

TEST_F(BadPrompt, TheSamePromptTwiceIsRefused) {
  expect_pair_refused("Mi Jones", "Mi Jones", {"the same"});
}

TEST_F(BadPrompt, ATargetOfSeveralTokensIsRefusedWithItsVariant) {
  expect_target_refused("Jones", {"`J|o|n|e|s`", "\" Jones\" is one token"});
  expect_target_refused(" Mi", {"` |Mi`", "\"Mi\" is one token"});
  expect_target_refused("", {"a target is empty"});
}

TEST_F(BadPrompt, TextOverSeveralLinesGetsOneLine) {
  expect_target_refused("a\nb\r\nc", {"is 6 tokens"});
  expect_pair_refused("a\nb", "a", {"clean has 3, corrupted 1"});
}

TEST_F(BadPrompt, ATargetIdOutsideTheVocabularyIsRefused) {
  expect_refused("patch", {"--clean-ids", "1", "--corrupted-ids", "2", "--target-ids", "270"},
                 {"\"targets[0]\": 270", "from 0 to 269"});
}

}  // namespace
}  // namespace patchboard
