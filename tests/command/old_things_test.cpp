// What earlier versions wrote (tests/old/): documents, saved results, pair sets and templates open,
// run and replay, with the numbers that they had then.

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "tests/command/run_command.h"

namespace patchboard {
namespace {

using testing::CommandResult;
using testing::run_command;
using testing::run_json;
using Json = nlohmann::json;
using Path = std::filesystem::path;

constexpr double kTolerance = 1e-5;  // of a probability

Json read(const Path& file) {
  std::ifstream stream(file);
  return Json::parse(stream);
}

/// The folders and files in a folder, sorted.
std::vector<Path> entries_of(const Path& folder) {
  std::vector<Path> entries;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    entries.push_back(entry.path());
  }
  std::ranges::sort(entries);
  return entries;
}

/// A folder for each version that wrote something.
std::vector<Path> corpora() {
  std::vector<Path> folders;
  for (const Path& entry : entries_of(PATCHBOARD_OLD_DIR)) {
    if (std::filesystem::is_directory(entry / "model")) {
      folders.push_back(entry);
    }
  }
  return folders;
}

bool are_close(const Json& a, const Json& b) {
  if (a.is_array() && b.is_array()) {
    return std::ranges::equal(a, b, are_close);
  }
  if (a.is_number() && b.is_number()) {
    return std::abs(a.get<double>() - b.get<double>()) <= kTolerance;
  }
  return a.is_null() && b.is_null();
}

/// Expects the probabilities of every sweep, and of the two runs.
void expect_same_results(const Json& now, const Json& then) {
  ASSERT_EQ(now["sweeps"].size(), then["sweeps"].size());
  for (std::size_t i = 0; i < then["sweeps"].size(); ++i) {
    for (const char* key : {"site", "direction", "axes"}) {
      EXPECT_EQ(now["sweeps"][i][key], then["sweeps"][i][key]);
    }
    EXPECT_TRUE(are_close(now["sweeps"][i]["prob"], then["sweeps"][i]["prob"]))
        << then["sweeps"][i]["site"];
  }
  for (const char* run : {"clean", "corrupted"}) {
    EXPECT_TRUE(are_close(now[run]["prob"], then[run]["prob"])) << run;
  }
}

TEST(OldThings, AreThere) { EXPECT_FALSE(corpora().empty()); }

TEST(OldThings, DocumentsRunToTheNumbersOfTheirTime) {
  for (const Path& corpus : corpora()) {
    const std::vector<Path> documents = entries_of(corpus / "documents");
    EXPECT_GE(documents.size(), 30U);
    for (const Path& document : documents) {
      SCOPED_TRACE(document);
      const Json then = read(corpus / "command" / document.filename());
      const Json now = run_json({"patch", "--experiment", document, "--model", corpus / "model",
                                 "--dtype", then["model"]["dtype"]});
      for (const char* prompt : {"clean", "corrupted"}) {
        EXPECT_EQ(now["tokens"][prompt], then["tokens"][prompt]);
      }
      expect_same_results(now["results"], then["results"]);
    }
  }
}

TEST(OldThings, ResultsReplay) {
  for (const Path& corpus : corpora()) {
    for (const char* writer : {"command", "page"}) {
      const std::vector<Path> results = entries_of(corpus / writer);
      EXPECT_GE(results.size(), 15U);
      for (const Path& saved : results) {
        SCOPED_TRACE(saved);
        const CommandResult result =
            run_command({"replay", "--json", "--model", corpus / "model", saved});
        EXPECT_EQ(result.exit_code, 0) << result.err << result.out;
        EXPECT_EQ(result.err, "");
        const Json report = Json::parse(result.out, nullptr, false);
        ASSERT_TRUE(report.is_object());
        EXPECT_EQ(report["same"], true);
        EXPECT_EQ(report["same_model"], true);
      }
    }
  }
}

TEST(OldThings, ResultsRunAsTheDocumentsThatTheyAre) {
  for (const Path& corpus : corpora()) {
    for (const char* name : {"noise.json", "region.json", "targets-in-order.json", "ids.json"}) {
      SCOPED_TRACE(name);
      const Path file = corpus / "page" / name;
      const Json now = run_json({"patch", "--experiment", file, "--model", corpus / "model"});
      expect_same_results(now["results"], read(file)["results"]);
    }
  }
}

TEST(OldThings, SetsOfPairsRunToTheNumbersOfTheirTime) {
  for (const Path& corpus : corpora()) {
    for (const Json& set : read(corpus / "pairs.json")) {
      SCOPED_TRACE(set["file"]);
      const Path file = corpus / "pairs" / set["file"].get<std::string>();
      const Json now = run_json({"pairs", file, "--model", corpus / "model"});
      EXPECT_EQ(now["tokens"], set["tokens"]);
      ASSERT_EQ(now["pairs"].size(), set["pairs"].size());
      for (std::size_t i = 0; i < set["pairs"].size(); ++i) {
        const Json& pair = now["pairs"][i];
        EXPECT_EQ(pair["name"], set["pairs"][i]["name"]);
        EXPECT_EQ(pair["targets"], set["pairs"][i]["targets"]);
        EXPECT_TRUE(are_close(pair["results"]["sweeps"][0]["prob"], set["pairs"][i]["prob"]));
      }
      std::vector<std::string> left_out;
      for (const Json& pair : now["left_out"]) {
        left_out.push_back(pair["name"]);
      }
      EXPECT_EQ(Json(left_out), set["left_out"]);
    }
  }
}

TEST(OldThings, TemplatesStandForTheirFillings) {
  for (const Path& corpus : corpora()) {
    for (const Json& then : read(corpus / "templates.json")) {
      SCOPED_TRACE(then["template"]);
      const Json now = run_json(
          {"template", then["template"], "--target", " Jones", "--model", corpus / "model"});
      EXPECT_EQ(now["tokens"], then["tokens"]);
      EXPECT_EQ(now["others"], then["others"]);
      ASSERT_EQ(now["fillings"].size(), then["fillings"].size());
      for (std::size_t i = 0; i < then["fillings"].size(); ++i) {
        EXPECT_EQ(now["fillings"][i]["text"], then["fillings"][i]["text"]);
        EXPECT_EQ(now["fillings"][i]["words"], then["fillings"][i]["words"]);
        EXPECT_TRUE(are_close(now["fillings"][i]["prob"], then["fillings"][i]["prob"]));
      }
    }
  }
}

}  // namespace
}  // namespace patchboard
