// `patchboard template`

#include <gtest/gtest.h>

#include "tests/command/bad_input.h"
#include "tests/command/model_folder.h"
#include "tests/command/run_command.h"
#include "tests/core/support/loaded_session.h"
#include "tests/core/support/same_rows.h"

namespace patchboard {
namespace {

using testing::CommandResult;
using testing::expect_bad_input;
using testing::Keys;
using testing::keys_of;
using testing::LoadedSession;
using testing::ModelFolder;
using testing::run_command;
using testing::run_json;
using Json = nlohmann::json;

TEST(TemplateCommand, MeasuresEveryFillingOfOneLengthAndListsTheOthers) {
  const ModelFolder folder;
  const Json json = run_json({"template", "Mi {Jones|Smith|Bo} x", "--model", folder.path(),
                              "--target", " Jones", " Smith"});
  EXPECT_EQ(keys_of(json),
            (Keys{"fillings", "model", "others", "slots", "targets", "template", "tokens"}));
  EXPECT_EQ(json["tokens"], 4);
  EXPECT_EQ(json["others"], (Json{{{"text", "Mi Bo x"}, {"words", {"Bo"}}, {"tokens", 6}}}));
  ASSERT_EQ(json["fillings"].size(), 2U);
  LoadedSession session(1);
  for (const Json& filling : json["fillings"]) {
    const Measures expected =
        session.measure(session.encode(filling["text"].get<std::string>()), {{260}, {265}});
    for (const Measure measure : {Measure::kProb, Measure::kLogit, Measure::kRank}) {
      testing::expect_same_bits(filling[traits_of(measure).name].get<std::vector<float>>(),
                                expected.values.all_of(measure));
    }
    EXPECT_EQ(filling["entropy"].get<float>(), expected.of(Measure::kEntropy));
  }
  EXPECT_EQ(json["fillings"][1]["text"], "Mi Smith x");
}

TEST(TemplateCommand, MeasuresContinuations) {
  const ModelFolder folder;
  const Json json = run_json({"template", "Mi {Jones|Smith} x", "--model", folder.path(),
                              "--continuation", " Jones Smith"});
  EXPECT_EQ(json["targets"][0]["tokens"].size(), 2U);
  EXPECT_EQ(json["fillings"][0]["logit"][0], nullptr);
}

TEST(TemplateCommand, PrintsAListOfOneSlotAndAGridOfTwo) {
  const ModelFolder folder;
  const CommandResult list = run_command(
      {"template", "Mi {Jones|Smith|Bo} x", "--model", folder.path(), "--target", " Jones"});
  EXPECT_EQ(list.exit_code, 0);
  for (const char* part : {"2 fillings of 4 tokens", "  \"Smith\"\n",
                           "left out, of another length:", "  \"Bo\" (6 tokens)"}) {
    EXPECT_NE(list.out.find(part), std::string::npos) << part << " is not in\n" << list.out;
  }
  const CommandResult grid = run_command(
      {"template", "Mi {Jones|Smith|Bo} {x|y}", "--model", folder.path(), "--target", " Jones"});
  EXPECT_NE(grid.out.find("the first slot's words down, the second's across"), std::string::npos);
  EXPECT_NE(grid.out.find("  \"Smith\"\n"), std::string::npos) << grid.out;
}

TEST(TemplateCommand, RefusesWhatIsNoTemplate) {
  const ModelFolder folder;
  const std::string model = folder.path();
  expect_bad_input({"template", "--model", model, "--target", " Jones"}, {"template"});
  expect_bad_input({"template", "Mi {a", "--model", model, "--target", " Jones"}, {"slot"});
  expect_bad_input({"template", "Mi {a|b}", "--model", model}, {"--target"});
  expect_bad_input({"template", "Mi {a|b}", "--model", model, "--target", "Jones"},
                   {"\" Jones\" is one token"});
}

}  // namespace
}  // namespace patchboard
