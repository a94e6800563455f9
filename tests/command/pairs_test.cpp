// `patchboard pairs`

#include <gtest/gtest.h>

#include <cmath>

#include "tests/command/bad_input.h"
#include "tests/command/model_folder.h"
#include "tests/command/run_command.h"

namespace patchboard {
namespace {

using testing::CommandResult;
using testing::expect_bad_input;
using testing::keys_of;
using testing::ModelFolder;
using testing::run_command;
using testing::run_json;
using testing::TemporaryFolder;
using Json = nlohmann::json;
using Keys = std::vector<std::string>;

class PairsCommand : public ::testing::Test {
 protected:
  PairsCommand() {
    place_.write("pairs.json", R"([
      {"name": "one", "clean": "Mi Jones x", "corrupted": "Mi Smith x",
       "targets": [" Jones", " Smith"]},
      {"name": "uneven", "clean": "Mi Jones x", "corrupted": "Mi Bo x", "targets": [" Jones"]},
      {"name": "longer", "clean": "Mi Jones xy", "corrupted": "Mi Smith xy",
       "targets": [" Jones"]},
      {"name": "two", "clean": "Mi Smith y", "corrupted": "Mi Jones y",
       "targets": [" Smith", " Jones"]}])");
    place_.write("pairs.csv", "clean,corrupted\nMi Jones x,Mi Smith x\n");
  }

  [[nodiscard]] std::string model() const { return folder_.path(); }
  [[nodiscard]] std::string file(const std::string& name) const { return place_.path(name); }
  [[nodiscard]] const TemporaryFolder& place() const { return place_; }

 private:
  ModelFolder folder_;
  TemporaryFolder place_;
};

TEST_F(PairsCommand, WritesEachPairsResultsAsPatchDoes) {
  const Json json = run_json({"pairs", file("pairs.json"), "--model", model()});
  EXPECT_EQ(keys_of(json), (Keys{"effects", "left_out", "model", "pairs", "tokens"}));
  ASSERT_EQ(json["pairs"].size(), 2U);
  const Json alone = run_json({"patch", "--model", model(), "--clean", "Mi Smith y", "--corrupted",
                               "Mi Jones y", "--target", " Smith", " Jones"});
  EXPECT_EQ(json["pairs"][1]["name"], "two");
  EXPECT_EQ(json["pairs"][1]["results"], alone["results"]);
}

TEST_F(PairsCommand, WritesTheMeanEffectAndItsDeviation) {
  const Json json = run_json({"pairs", file("pairs.json"), "--model", model(), "--site", "attn_out",
                              "--direction", "noising"});
  const auto effect = [&](std::size_t pair) {
    const Json& results = json["pairs"][pair]["results"];
    return results["sweeps"][0]["prob"][0][1][3].get<double>() -
           results["clean"]["prob"][0].get<double>();
  };
  const Json& effects = json["effects"][0];
  EXPECT_EQ(effects["site"], "attn_out");
  EXPECT_EQ(effects["prob"]["mean"].size(), 2U);
  EXPECT_NEAR(effects["prob"]["mean"][0][1][3].get<double>(), (effect(0) + effect(1)) / 2, 1e-7);
  EXPECT_NEAR(effects["prob"]["deviation"][0][1][3].get<double>(),
              std::abs(effect(0) - effect(1)) / std::sqrt(2.0), 1e-7);
}

TEST_F(PairsCommand, LeavesOutPairsThatDoNotLineUp) {
  const Json left_out = run_json({"pairs", file("pairs.json"), "--model", model()})["left_out"];
  ASSERT_EQ(left_out.size(), 2U);
  EXPECT_EQ(left_out[0]["name"], "uneven");
  EXPECT_NE(left_out[0]["reason"].get<std::string>().find("clean has 4, corrupted 6"),
            std::string::npos);
  EXPECT_EQ(left_out[1]["name"], "longer");
  EXPECT_EQ(left_out[1]["reason"], "5 tokens, expected as many as the first pair has, 4");
}

TEST_F(PairsCommand, PrintsHeatmapsAndWhatWasLeftOut) {
  const CommandResult result = run_command({"pairs", file("pairs.json"), "--model", model()});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.err, "");
  for (const char* part :
       {"resid_post, denoising, prob of target 1, mean over 2 pairs",
        "its standard deviation over 2 pairs", "left out: uneven: ", "left out: longer: "}) {
    EXPECT_NE(result.out.find(part), std::string::npos) << part << " is not in\n" << result.out;
  }
}

TEST_F(PairsCommand, TakesTargetsForPairsWithoutAny) {
  const Json json =
      run_json({"pairs", file("pairs.csv"), "--model", model(), "--target", " Jones"});
  EXPECT_EQ(json["pairs"][0]["targets"], Json{" Jones"});
  EXPECT_EQ(json["effects"][0]["prob"]["deviation"][0][0][0], nullptr) << "of a single pair";
}

TEST_F(PairsCommand, RefusesWhatCannotBeRun) {
  expect_bad_input({"pairs", "--model", model()}, {"file"});
  expect_bad_input({"pairs", file("none.json"), "--model", model()}, {"none.json"});
  expect_bad_input({"pairs", file("pairs.csv"), "--model", model()}, {"no target", "--target"});
  expect_bad_input({"pairs", file("pairs.json"), "--model", model(), "--site", "nowhere"},
                   {"nowhere"});
  place().write("uneven.csv", "clean,corrupted,target\nMi Jones x,Mi Bo x, Jones\n");
  expect_bad_input({"pairs", file("uneven.csv"), "--model", model()},
                   {"no pair can be run", "clean has 4, corrupted 6"});
}

}  // namespace
}  // namespace patchboard
