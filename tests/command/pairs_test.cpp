// `patchboard pairs`

#include <gtest/gtest.h>

#include <cmath>

#include "tests/command/bad_input.h"
#include "tests/command/model_folder.h"
#include "tests/command/run_command.h"

namespace patchboard {
namespace {

using testing::Arguments;
using testing::CommandResult;
using testing::expect_bad_input;
using testing::Keys;
using testing::keys_of;
using testing::ModelFolder;
using testing::run_command;
using testing::run_json;
using testing::TemporaryFolder;
using Json = nlohmann::json;

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
  EXPECT_EQ(left_out[1]["reason"], "it has 5 tokens, and most pairs 4");
}

TEST_F(PairsCommand, LeavesOutAPairWithFewerTargetsAndSaysSo) {
  place().write("targets.json", R"([
      {"name": "a", "clean": "Mi Jones x", "corrupted": "Mi Smith x",
       "targets": [" Jones", " Smith"]},
      {"name": "b", "clean": "Mi Smith x", "corrupted": "Mi Jones x", "targets": [" Smith"]}])");
  const Json json = run_json({"pairs", file("targets.json"), "--model", model()});
  EXPECT_EQ(json["pairs"].size(), 1U);
  EXPECT_EQ(json["effects"][0]["prob"]["mean"].size(), 2U) << "both targets of the first pair";
  EXPECT_EQ(json["left_out"][0]["name"], "b");
  EXPECT_EQ(json["left_out"][0]["reason"], "it has 1 target, and most pairs of its length 2");
}

TEST_F(PairsCommand, KeepsTheCommonestLengthNotTheFirsts) {
  place().write("lengths.csv",
                "name,clean,corrupted,target\nlong,Mi Jones xy,Mi Smith xy, Jones\n"
                "one,Mi Jones x,Mi Smith x, Jones\ntwo,Mi Smith y,Mi Jones y, Smith\n");
  const Json json = run_json({"pairs", file("lengths.csv"), "--model", model()});
  EXPECT_EQ(json["pairs"].size(), 2U);
  EXPECT_EQ(json["tokens"], 4);
  ASSERT_EQ(json["left_out"].size(), 1U);
  EXPECT_EQ(json["left_out"][0]["name"], "long");
}

TEST_F(PairsCommand, NormalisesAfterAveragingOrBeforeAndNamesWhich) {
  const Json json = run_json({"pairs", file("pairs.json"), "--model", model()});
  const auto logits = [&](std::size_t pair, const char* run) {
    const Json& measures = json["pairs"][pair]["results"][run];
    return measures["logit"][0].get<double>() - measures["logit"][1].get<double>();
  };
  const auto patched = [&](std::size_t pair) {
    const Json& logit = json["pairs"][pair]["results"]["sweeps"][0]["logit"];
    return logit[0][1][2].get<double>() - logit[1][1][2].get<double>();
  };
  const auto share = [](double value, double clean, double corrupted) {
    return (value - corrupted) / (clean - corrupted);
  };
  const auto mean = [](double a, double b) { return (a + b) / 2; };
  const double of_means =
      share(mean(patched(0), patched(1)), mean(logits(0, "clean"), logits(1, "clean")),
            mean(logits(0, "corrupted"), logits(1, "corrupted")));
  const double of_shares = mean(share(patched(0), logits(0, "clean"), logits(0, "corrupted")),
                                share(patched(1), logits(1, "clean"), logits(1, "corrupted")));
  const Json& effect = json["effects"][0]["logit_diff"];
  EXPECT_NEAR(effect["share_of_means"][1][2].get<double>(), of_means, 1e-5);
  EXPECT_NEAR(effect["mean_of_shares"][1][2].get<double>(), of_shares, 1e-5);
  EXPECT_GT(std::abs(of_means - of_shares), 1e-4) << "the two means are to be told apart";
  EXPECT_EQ(effect["pairs_with_share"], 2);

  const Arguments arguments = {"pairs", file("pairs.json"), "--model", model(), "--normalised"};
  EXPECT_NE(run_command(arguments).out.find(
                "share of means: metric means over 2 pairs first, then normalised"),
            std::string::npos);
  Arguments other = arguments;
  other.emplace_back("mean-of-shares");
  EXPECT_NE(run_command(other).out.find("mean of shares: each pair normalised, then the mean"),
            std::string::npos);
}

TEST_F(PairsCommand, SaysThatASinglePairHasNoDeviation) {
  const CommandResult result =
      run_command({"pairs", file("pairs.csv"), "--model", model(), "--target", " Jones"});
  EXPECT_NE(result.out.find("a single pair has no standard deviation"), std::string::npos);
  EXPECT_EQ(result.out.find("its standard deviation"), std::string::npos);
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
  EXPECT_EQ(json["effects"][0]["prob"]["deviation"], Json::array({nullptr})) << "a single pair";
}

TEST_F(PairsCommand, RefusesWhatCannotBeRun) {
  expect_bad_input({"pairs", "--model", model()}, {"file"});
  expect_bad_input({"pairs", file("none.json"), "--model", model()}, {"none.json"});
  expect_bad_input({"pairs", file("pairs.csv"), "--model", model()}, {"no target", "--target"});
  expect_bad_input({"pairs", file("pairs.json"), "--model", model(), "--site", "nowhere"},
                   {"nowhere"});
  expect_bad_input({"pairs", file("pairs.json"), "--model", model(), "--target", " Jones"},
                   {"one", "targets of its own", "--target"});
  place().write("uneven.csv", "clean,corrupted,target\nMi Jones x,Mi Bo x, Jones\n");
  expect_bad_input({"pairs", file("uneven.csv"), "--model", model()},
                   {"no pair can be run", "clean has 4, corrupted 6"});
}

}  // namespace
}  // namespace patchboard
