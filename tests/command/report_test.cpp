// `patchboard report`

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "tests/command/bad_input.h"
#include "tests/command/model_folder.h"
#include "tests/command/run_command.h"
#include "tests/core/support/loaded_session.h"

namespace patchboard {
namespace {

using testing::CommandResult;
using testing::expect_bad_input;
using testing::LoadedSession;
using testing::ModelFolder;
using testing::run_command;
using testing::run_json;
using Json = nlohmann::json;

/// On the embedded model, run once for all tests.
const Json& embedded_report() {
  static const Json kReport = run_json({"report"})["models"][0];
  return kReport;
}

const Json& item(std::string_view id) {
  return *std::ranges::find_if(embedded_report()["items"],
                               [&](const Json& each) { return each["id"] == id; });
}

const Json& row_of(const Json& rows, std::string_view token) {
  return *std::ranges::find_if(rows, [&](const Json& row) { return row["token"] == token; });
}

TEST(ReportCommand, RunsEveryTableAndFigureInTheReportsOrder) {
  std::vector<std::string> ids;
  for (const Json& each : embedded_report()["items"]) {
    ids.push_back(each["id"]);
    EXPECT_FALSE(each.contains("error")) << each["error"];
  }
  EXPECT_EQ(ids, (std::vector<std::string>{"table-1", "figure-1", "table-2", "figure-2",
                                           "further-attempts", "table-3"}));
}

TEST(ReportCommand, GivesTheNumbersOfPredict) {
  const Json& rows = item("table-1")["clean"];
  std::size_t most = 1;
  for (const Json& row : rows) {
    most = std::max(most, row["rank"].is_null() ? 0 : row["rank"].get<std::size_t>());
  }
  const Json top =
      run_json({"predict", "--text", "Michelle Jones was a top-notch student. Michelle", "--top",
                std::to_string(most)})["top"];
  for (const Json& row : rows) {
    if (row["prob"].is_null()) {
      continue;
    }
    const Json& predicted = top[row["rank"].get<std::size_t>() - 1];
    EXPECT_EQ(predicted["text"], row["token"]);
    EXPECT_EQ(predicted["prob"], row["prob"]);
  }
  EXPECT_EQ(row_of(item("table-1")["clean"], " Jones")["rank"], 1);
  EXPECT_EQ(row_of(item("table-1")["corrupted"], " Smith")["rank"], 1);
}

TEST(ReportCommand, PutsTheReportsFiguresBesideThem) {
  const Json& crist = row_of(item("table-2")["corrupted"], " Crist");
  EXPECT_EQ(crist["report"], (Json{{"medium", "0.3974"}, {"xl", "0.2478"}}));
  EXPECT_NEAR(crist["difference"]["xl"].get<double>(), crist["prob"].get<double>() - 0.2478, 1e-9);
  const Json& lionel = row_of(item("table-3")["clean"], " Lionel");
  EXPECT_EQ(lionel["report"], (Json{{"medium", "0.2607"}, {"xl", "0.2351"}}));
  EXPECT_EQ(row_of(item("table-1")["clean"], "'s")["report"], (Json{{"unstated", "0.0924"}}));
}

TEST(ReportCommand, ShowsWhatTheTaskLooksLikeWhereAModelCanDoIt) {
  EXPECT_EQ(embedded_report()["report_model"], nullptr);
  EXPECT_GT(row_of(item("table-2")["clean"], " Crist")["prob"], 0.5);
  EXPECT_LT(row_of(item("table-2")["corrupted"], " Crist")["prob"], 0.5);
  for (const Json& pair : item("further-attempts")["pairs"]) {
    EXPECT_EQ(pair["likeliest_clean"], " Crist") << pair["name"];
    EXPECT_EQ(pair["likeliest_corrupted"], " Lionel") << pair["name"];
  }
}

TEST(ReportCommand, GivesTheHeatmapsOfTheCore) {
  const ModelFolder folder;
  const Json figure = run_json({"report", "--model", folder.path()})["models"][0]["items"][1];
  const Json& target = figure["targets"][0];
  EXPECT_EQ(target["token"], " Jones");

  LoadedSession session(1);
  Experiment experiment;
  experiment.clean = session.encode("Michelle Jones was a top-notch student. Michelle");
  experiment.corrupted = session.encode("Michelle Smith was a top-notch student. Michelle");
  experiment.targets = {{testing::kJones}};
  Lab& lab = session.start(experiment);
  const float corrupted = lab.corrupted().of(Measure::kProb, 0);
  EXPECT_EQ(target["clean"].get<float>(), lab.clean().of(Measure::kProb, 0));
  EXPECT_EQ(target["corrupted"].get<float>(), corrupted);

  const auto difference = target["difference"].get<std::vector<std::vector<float>>>();
  ASSERT_EQ(difference.size(), 3U);
  float largest = 0;
  while (!lab.done()) {
    const LabRow row = lab.step();
    std::vector<float> expected;
    for (const float prob : row.values.of(Measure::kProb)) {
      expected.push_back(prob - corrupted);
      largest = std::max(largest, std::abs(prob - corrupted));
    }
    EXPECT_EQ(difference[static_cast<std::size_t>(row.layer)], expected);
  }
  const Json& named = target["largest"];
  const float value = difference.at(named["layer"]).at(named["position"]);
  EXPECT_EQ(named["value"].get<float>(), value);
  EXPECT_EQ(std::abs(value), largest);
}

TEST(ReportCommand, FindsTheSurnameWhereTheReportDoes) {
  const Json& target = item("figure-1")["targets"][0];
  const Json& largest = target["largest"];
  const double gap = target["clean"].get<double>() - target["corrupted"].get<double>();
  EXPECT_GT(gap, 0.5);
  EXPECT_GT(largest["value"].get<double>(), 0.9 * gap);
  EXPECT_TRUE(largest["position"] == 1 || largest["position"] == 9) << largest;
  EXPECT_EQ(item("figure-2")["targets"].size(), 4U);
}

TEST(ReportCommand, PrintsEveryItemForAPerson) {
  const CommandResult result = run_command({"report"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.err, "");
  for (const char* part :
       {"The embedded model: ", " layers", "Table 1: ", "Figure 1: ", "Table 2: ", "Figure 2: ",
        "Further attempts: ", "Table 3: ", "report medium", "report xl", "0.3803",
        "largest difference from report xl: ", "The report: In contrast to the basic example",
        "layers down, positions across", "five against three", "likeliest \" Lionel\""}) {
    EXPECT_NE(result.out.find(part), std::string::npos) << part << " is not in " << result.out;
  }
}

TEST(ReportCommand, TakesSeveralModelsAndSaysWhatCannotBeRunOnThem) {
  const ModelFolder folder;  // 64 positions and a token for each byte of these names
  const Json report = run_json({"report", "--model", folder.path(), "--model", folder.path()});
  ASSERT_EQ(report["models"].size(), 2U);
  EXPECT_EQ(report["models"][0]["items"], report["models"][1]["items"]);
  EXPECT_EQ(report["models"][0]["model"], folder.path());
  const Json& items = report["models"][0]["items"];
  const Json& was = items[0]["clean"][0];
  EXPECT_EQ(was["token"], " was");
  EXPECT_EQ(was["prob"], nullptr);
  EXPECT_EQ(was["rank"], nullptr);
  EXPECT_TRUE(was["difference"].empty());
  EXPECT_FALSE(row_of(items[0]["clean"], " Jones")["prob"].is_null());
  EXPECT_FALSE(items[1].contains("error"));
  EXPECT_NE(items[2]["error"].get<std::string>().find("at most 64"), std::string::npos);
  const CommandResult text = run_command({"report", "--model", folder.path()});
  EXPECT_EQ(text.exit_code, 0);
  EXPECT_NE(text.out.find("cannot be run on this model: "), std::string::npos);
  EXPECT_NE(text.out.find("not one token of this model's vocabulary"), std::string::npos);
}

TEST(ReportCommand, RefusesAFolderWithoutATokenizer) {
  const ModelFolder folder;
  folder.remove_tokenizer();
  expect_bad_input({"report", "--model", folder.path()}, {"cannot read", "vocab.json"});
  expect_bad_input({"report", "--model", ""}, {"--model"});
}

}  // namespace
}  // namespace patchboard
