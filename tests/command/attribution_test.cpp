// `patchboard patch` with estimates, checks and repairs.

#include <gtest/gtest.h>

#include "tests/command/bad_input.h"
#include "tests/command/model_folder.h"
#include "tests/command/run_command.h"
#include "tests/core/support/loaded_session.h"

namespace patchboard {
namespace {

using testing::Arguments;
using testing::CommandResult;
using testing::expect_bad_input;
using testing::kClean;
using testing::kCorrupted;
using testing::LoadedSession;
using testing::ModelFolder;
using testing::run_command;
using testing::run_json;
using testing::TemporaryFolder;
using Json = nlohmann::json;

Arguments patch(const ModelFolder& folder, const Arguments& more) {
  Arguments arguments = {"patch",    "--clean",     kClean,      "--corrupted",
                         kCorrupted, "--target",    " Jones",    " Smith",
                         "--model",  folder.path(), "--site",    "attn_out",
                         "z",        "--direction", "denoising", "noising"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

Experiment experiment(const Session& session) {
  return {.clean = session.encode(kClean),
          .corrupted = session.encode(kCorrupted),
          .targets = {{260}, {265}},
          .sites = {Site::kAttnOut, Site::kZ},
          .directions = {Direction::kDenoising, Direction::kNoising}};
}

void expect_estimates(const Json& results, const std::string& metric) {
  LoadedSession session(1);
  session.start(experiment(session));
  const std::vector<Matrix> expected = session.estimates(metric);
  ASSERT_EQ(results["sweeps"].size(), expected.size());
  for (std::size_t sweep = 0; sweep < expected.size(); ++sweep) {
    const auto rows = results["sweeps"][sweep]["estimate"].get<std::vector<std::vector<float>>>();
    ASSERT_EQ(std::ssize(rows), expected[sweep].rows());
    for (std::size_t row = 0; row < rows.size(); ++row) {
      const auto values = row_values(expected[sweep], static_cast<Index>(row));
      EXPECT_EQ(rows[row], std::vector<float>(values.begin(), values.end()));
    }
  }
}

TEST(AttributionOption, WritesTheSessionsEstimateOfEverySweep) {
  const ModelFolder folder;
  const Json results = run_json(patch(folder, {"--attribution", "logit_diff"}))["results"];
  EXPECT_EQ(results["estimate_metric"],
            (Json{{"metric", "logit_diff"}, {"target", 0}, {"against", 1}}));
  expect_estimates(results, R"({"metric": "logit_diff", "target": 0, "against": 1})");
  for (const Json& sweep : results["sweeps"]) {
    EXPECT_GT(sweep["estimate_rank_correlation"].get<double>(), 0.3);
    EXPECT_LE(sweep["estimate_rank_correlation"].get<double>(), 1.0);
    EXPECT_TRUE(sweep["prob"][0][0][1].is_number());
  }
}

TEST(AttributionOption, LeavesTheExactSweepsOutWhereAskedTo) {
  const ModelFolder folder;
  const Json json = run_json(patch(folder, {"--attribution", "prob", "--attribution-only"}));
  EXPECT_EQ(json["results"]["estimate_metric"], (Json{{"metric", "prob"}, {"target", 0}}));
  EXPECT_EQ(json["work"]["block_rows"], 0);
  EXPECT_EQ(json["results"]["sweeps"][0]["prob"][0][0][1], nullptr);
  EXPECT_EQ(json["results"]["sweeps"][0]["estimate_rank_correlation"], nullptr);
  expect_estimates(json["results"], R"({"metric": "prob", "target": 0})");
  const TemporaryFolder place;
  place.write("saved.json", json.dump());
  const Json replayed =
      run_json({"replay", "--json", "--model", folder.path(), place.path("saved.json")});
  EXPECT_EQ(replayed["same"], true);
  EXPECT_GT(replayed["numbers"]["estimate"]["compared"], 0);
}

TEST(AttributionOption, HasNoEstimateOfWindowsOfTheResidualStream) {
  const ModelFolder folder;
  const Arguments arguments = {"patch",       "--clean",           kClean,   "--corrupted",
                               kCorrupted,    "--target",          " Jones", "--model",
                               folder.path(), "--window",          "2",      "--attribution",
                               "logit",       "--attribution-only"};
  EXPECT_EQ(run_json(arguments)["results"]["sweeps"][0]["estimate"][0][1], nullptr);
  EXPECT_NE(run_command(arguments).out.find("only of single layers"), std::string::npos);
}

TEST(AttributionOption, PrintsEstimatesAndTheirCorrelation) {
  const ModelFolder folder;
  const CommandResult result = run_command(patch(folder, {"--attribution", "log_prob"}));
  EXPECT_EQ(result.exit_code, 0);
  for (const char* part :
       {"attn_out, denoising, first-order estimate of log_prob of \" Jones\"",
        "z, noising, first-order estimate", "rank correlation (Spearman) with the exact map: "}) {
    EXPECT_NE(result.out.find(part), std::string::npos) << part << " is not in\n" << result.out;
  }
}

TEST(AttributionOption, RefusesWhatItCannotEstimate) {
  const ModelFolder folder;
  expect_bad_input(patch(folder, {"--attribution", "kl"}), {"--attribution", "kl"});
  expect_bad_input(patch(folder, {"--attribution-only"}), {"--attribution-only", "--attribution"});
  expect_bad_input({"patch", "--model", folder.path(), "--clean", kClean, "--corrupted", kCorrupted,
                    "--target", " Jones", "--attribution", "logit_diff"},
                   {"logit_diff: one target, expected a second"});
}

TEST(CheckOption, WritesTheSessionsChecks) {
  const ModelFolder folder;
  const Json json = run_json(patch(folder, {"--check"}));
  LoadedSession session(1);
  session.start(experiment(session));
  const std::vector<SelfCheck> expected = session.self_checks();
  ASSERT_EQ(json["checks"].size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(json["checks"][i]["name"], expected[i].name);
    EXPECT_EQ(json["checks"][i]["passed"], true);
    EXPECT_EQ(json["checks"][i]["detail"], expected[i].detail);
  }
  const CommandResult text = run_command(patch(folder, {"--check"}));
  EXPECT_EQ(text.exit_code, 0);
  EXPECT_NE(text.out.find("  yes  Nothing outside the patch's cone changed: "), std::string::npos);
}

TEST(CheckOption, ASavedResultWithChecksIsADocument) {
  const ModelFolder folder;
  const TemporaryFolder place;
  place.write("saved.json", run_json(patch(folder, {"--check"})).dump());
  const Json again =
      run_json({"patch", "--model", folder.path(), "--experiment", place.path("saved.json")});
  EXPECT_FALSE(again.contains("checks")) << "of the file that was read";
}

TEST(Repairs, AreOfferedForTextsOfDifferentLengths) {
  const ModelFolder folder;
  expect_bad_input(
      {"patch", "--model", folder.path(), "--clean", "Mi Jones x", "--corrupted", "Mi Bo x",
       "--target", " Jones"},
      {"clean has 4, corrupted 6", "; for example, in the corrupted prompt ` |B|o`", " becomes `"});
}

TEST(Repairs, AreNotOfferedForOtherMistakes) {
  const ModelFolder folder;
  const CommandResult result = run_command({"patch", "--model", folder.path(), "--clean", "",
                                            "--corrupted", "Mi", "--target", " Jones"});
  EXPECT_EQ(result.err.find("for example"), std::string::npos) << result.err;
}

}  // namespace
}  // namespace patchboard
