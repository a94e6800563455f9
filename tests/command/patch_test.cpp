// `patchboard patch`

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iomanip>
#include <sstream>

#include "tests/command/model_folder.h"
#include "tests/command/run_command.h"
#include "tests/command/temporary_folder.h"
#include "tests/core/support/loaded_session.h"
#include "tests/core/support/same_rows.h"

namespace patchboard {
namespace {

using testing::Arguments;
using testing::CommandResult;
using testing::kClean;
using testing::kCorrupted;
using testing::Keys;
using testing::keys_of;
using testing::LoadedSession;
using testing::ModelFolder;
using testing::run_command;
using testing::run_json;
using testing::TemporaryFolder;
using Json = nlohmann::json;

Arguments text_arguments(const ModelFolder& folder) {
  return {"patch",       "--model",  folder.path(), "--clean", kClean,
          "--corrupted", kCorrupted, "--target",    " Jones",  " Smith"};
}

Arguments extended(Arguments arguments, const Arguments& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

Arguments id_arguments(const ModelFolder& folder) {
  return {"patch",           "--model",        folder.path(),  "--clean-ids", "266,260,32,120",
          "--corrupted-ids", "266,265,32,120", "--target-ids", "260,265"};
}

Json without_seconds(Json json) {
  EXPECT_GE(json["seconds"].get<double>(), 0.0);
  json.erase("seconds");
  return json;
}

/// [target][layer][position] of what a session gives for the arguments above.
struct Expected {
  std::vector<std::vector<std::vector<float>>> prob, logit;
  Measures clean, corrupted;
};

Expected expected_values() {
  LoadedSession session(1);
  Lab& sweep = session.start({.clean = session.encode(kClean),
                              .corrupted = session.encode(kCorrupted),
                              .targets = {{260}, {265}}});
  const std::size_t T = 4;
  Expected expected;
  expected.prob.assign(2, std::vector(3, std::vector<float>(T)));
  expected.logit = expected.prob;
  while (!sweep.done()) {
    const LabRow row = sweep.step();
    for (std::size_t target = 0; target < 2; ++target) {
      for (std::size_t position = 0; position < T; ++position) {
        const auto layer = static_cast<std::size_t>(row.layer);
        expected.prob[target][layer][position] = row.values.of(Measure::kProb, target)[position];
        expected.logit[target][layer][position] = row.values.of(Measure::kLogit, target)[position];
      }
    }
  }
  expected.clean = sweep.clean();
  expected.corrupted = sweep.corrupted();
  return expected;
}

TEST(PatchCommand, WritesTheDocumentedKeys) {
  const ModelFolder folder;
  const Json json = run_json(text_arguments(folder));
  EXPECT_EQ(keys_of(json),
            (Keys{"by_position", "clean", "corrupted", "corruption", "model", "patchboard",
                  "results", "seconds", "span", "targets", "tokens", "window", "work"}));
  const Json& results = json["results"];
  EXPECT_EQ(keys_of(results), (Keys{"clean", "corrupted", "sweeps", "targets", "top"}));
  const Keys measures = {"entropy", "kl", "log_prob", "logit", "margin", "prob", "rank"};
  EXPECT_EQ(keys_of(results["clean"]), measures);
  EXPECT_EQ(keys_of(results["corrupted"]), measures);
  EXPECT_EQ(keys_of(json["work"]), (Keys{"block_rows", "naive_block_rows"}));
  EXPECT_EQ(json["targets"], (Json{" Jones", " Smith"}));
  const Json tokens = {{{"id", 266}, {"text", "Mi"}},
                       {{"id", 260}, {"text", " Jones"}},
                       {{"id", 32}, {"text", " "}},
                       {{"id", 120}, {"text", "x"}}};
  EXPECT_EQ(json["tokens"]["clean"], tokens);
  EXPECT_EQ(json["tokens"]["corrupted"][1]["id"], 265);
  EXPECT_EQ(results["targets"][1]["text"], " Smith");
}

TEST(PatchCommand, WritesTheSweepsValuesByTargetLayerAndPosition) {
  const ModelFolder folder;
  const Json results = run_json(text_arguments(folder))["results"];
  const Expected expected = expected_values();
  const Json& sweep = results["sweeps"][0];
  EXPECT_EQ(sweep["site"], "resid_post");
  EXPECT_EQ(sweep["direction"], "denoising");
  EXPECT_EQ(sweep["axes"], "position");
  EXPECT_EQ(sweep["prob"].get<decltype(expected.prob)>(), expected.prob);
  EXPECT_EQ(sweep["logit"].get<decltype(expected.logit)>(), expected.logit);
  testing::expect_same_bits(results["clean"]["prob"].get<std::vector<float>>(),
                            expected.clean.values.all_of(Measure::kProb));
  testing::expect_same_bits(results["clean"]["logit"].get<std::vector<float>>(),
                            expected.clean.values.all_of(Measure::kLogit));
  testing::expect_same_bits(results["corrupted"]["prob"].get<std::vector<float>>(),
                            expected.corrupted.values.all_of(Measure::kProb));
  testing::expect_same_bits(results["corrupted"]["logit"].get<std::vector<float>>(),
                            expected.corrupted.values.all_of(Measure::kLogit));
}

TEST(PatchCommand, WritesPairsOfAQueryAndAKey) {
  const ModelFolder folder;
  const Json json =
      run_json(extended(text_arguments(folder), {"--site", "pattern", "attn_scores",
                                                 "--by-position=pairs", "--attribution", "logit"}));
  EXPECT_EQ(json["by_position"], "pairs");
  for (const Json& sweep : json["results"]["sweeps"]) {
    EXPECT_EQ(sweep["axes"], "head-query-key");
    ASSERT_EQ(sweep["kl"].size(), 3U * 2);
    ASSERT_EQ(sweep["prob"][1].size(), 3U * 2);
    for (const Json* table : {&sweep["kl"], &sweep["prob"][1], &sweep["estimate"]}) {
      for (std::size_t column = 0; column < 16; ++column) {
        EXPECT_EQ((*table)[5][column].is_null(), column % 4 > column / 4) << column;
      }
    }
  }
}

TEST(PatchCommand, ListsOfEachHeadTheStrongestPairsOfAQueryAndAKey) {
  const ModelFolder folder;
  const Arguments arguments =
      extended(text_arguments(folder), {"--site", "attn_scores", "--by-position=pairs"});
  const Json results = run_json(arguments)["results"];
  const std::string out = run_command(arguments).out;
  std::istringstream lines(out);
  std::size_t longest = 0;
  for (std::string line; std::getline(lines, line);) {
    longest = std::max(longest, line.size());
  }
  EXPECT_LE(longest, 120U) << out;
  EXPECT_EQ(std::ranges::count(out, '\n'), 2 * (2 + 3 * 2 + 1 + 4) + 1) << out;
  EXPECT_NE(out.find("\n     1 \" Jones\" / \" Smith\"\n"), std::string::npos) << out;
  // The strongest of all is the first of its head's line, with its value.
  const Json& prob = results["sweeps"][0]["prob"][1];
  const auto from = results["corrupted"]["prob"][1].get<float>();
  std::size_t head = 0;
  std::size_t column = 0;
  const auto change = [&](std::size_t row, std::size_t at) {
    return prob[row][at].is_null() ? 0.0F : prob[row][at].get<float>() - from;
  };
  for (std::size_t row = 0; row < prob.size(); ++row) {
    for (std::size_t at = 0; at < prob[row].size(); ++at) {
      if (std::abs(change(row, at)) > std::abs(change(head, column))) {
        head = row;
        column = at;
      }
    }
  }
  std::ostringstream expected;
  expected << "\n  " << head / 2 << '.' << head % 2 << "  query " << column / 4 << ", key "
           << column % 4 << ": " << std::showpos << std::setprecision(4) << change(head, column);
  EXPECT_NE(out.find(expected.str()), std::string::npos) << expected.str() << " is not in\n" << out;
}

TEST(PatchCommand, ListsOfPairsWhatWasComputed) {
  const ModelFolder folder;
  const std::string out =
      run_command(extended(text_arguments(folder), {"--site", "pattern", "--by-position=pairs",
                                                    "--layers", "1,2", "--positions", "2,3"}))
          .out;
  EXPECT_NE(out.find("\n  0.1\n  1.0  query 2, key "), std::string::npos) << out;
  EXPECT_EQ(out.find("query 3"), std::string::npos) << out;
  EXPECT_NE(out.find("a blank was not computed"), std::string::npos) << out;
}

TEST(PatchCommand, CountsItsWorkByTheClosedFormula) {
  const ModelFolder folder;
  const Json work = run_json(text_arguments(folder))["work"];
  // L = 3 layers, T = 4 positions, S = 3 of them from the first difference on.
  EXPECT_EQ(work["naive_block_rows"], (3 * 4) * (3 * 4));
  // Three patches, of 6 rows in all. Of the middle layer's, one row each in the last block; of the
  // first layer's, in the first block after it q, k and v of one row each (3/12), in the last k and
  // v of all rows (2/12) and the rest for one row each.
  EXPECT_NEAR(work["block_rows"].get<double>(),
              3 + (3 * 0.25 + 6 * 0.75) + (6 / 6.0 + 3 * 10 / 12.0), 1e-9);
}

TEST(PatchCommand, NamesTheLayersOfAWindowInItsText) {
  const ModelFolder folder;
  const std::string out = run_command(extended(text_arguments(folder), {"--window", "2"})).out;
  EXPECT_NE(out.find("\n  0–1 "), std::string::npos) << out;
  EXPECT_NE(out.find("\n  1–2 "), std::string::npos) << out;
  EXPECT_NE(out.find("\n    2 "), std::string::npos) << out;
}

TEST(PatchCommand, TellsWhatIsNotComputedFromZeroInItsText) {
  const ModelFolder folder;
  const std::string out =
      run_command(extended(text_arguments(folder), {"--layers", "1,2", "--positions", "0,2"})).out;
  EXPECT_NE(out.find("\n    0             \n    1   ."), std::string::npos) << out;
  EXPECT_NE(out.find("a blank was not computed"), std::string::npos) << out;
  EXPECT_EQ(run_command(text_arguments(folder)).out.find("not computed"), std::string::npos);
}

TEST(PatchCommand, ComputesOfASiteTheLayersThatTheDocumentNames) {
  const ModelFolder folder;
  const Arguments both = {"--site", "resid_post", "--site", "resid_pre"};
  const Json whole = run_json(extended(text_arguments(folder), both));
  Json document = whole;
  document["sites"][1] = {{"site", "resid_pre"}, {"layers", {0, 1}}};
  folder.write("document.json", document.dump());
  const Arguments arguments = {"patch", "--model", folder.path(), "--experiment",
                               folder.path("document.json")};
  const Json some = run_json(arguments);
  EXPECT_EQ(some["sites"], document["sites"]);
  EXPECT_EQ(some["results"]["sweeps"][0], whole["results"]["sweeps"][0]);
  const Json& input = some["results"]["sweeps"][1];
  EXPECT_EQ(input["kl"][0], whole["results"]["sweeps"][1]["kl"][0]);
  EXPECT_EQ(input["prob"][1][0], whole["results"]["sweeps"][1]["prob"][1][0]);
  EXPECT_EQ(input["kl"][1], Json({nullptr, nullptr, nullptr, nullptr}));
  EXPECT_EQ(input["kl"].size(), 3U);
  EXPECT_EQ(some["work"]["naive_block_rows"], (3 * 4) * (3 * 4 + 4));
  EXPECT_LT(some["work"]["block_rows"], whole["work"]["block_rows"]);
  const std::string text = run_command(arguments).out;
  EXPECT_NE(text.find("\n    1             \n    2             \n"), std::string::npos) << text;
}

TEST(PatchCommand, GivesTheSameForTextAndForIds) {
  const ModelFolder folder;
  EXPECT_EQ(run_json(id_arguments(folder))["results"], run_json(text_arguments(folder))["results"]);
}

TEST(PatchCommand, TakesTargetsOneByOneToo) {
  const ModelFolder folder;
  Arguments arguments = id_arguments(folder);
  arguments.back() = "260";
  arguments.insert(arguments.end(), {"--target-ids", "265"});
  EXPECT_EQ(without_seconds(run_json(arguments)), without_seconds(run_json(id_arguments(folder))));
}

TEST(PatchCommand, NeedsNoTokenizerForIds) {
  const ModelFolder folder;
  const Json with = run_json(id_arguments(folder));
  folder.remove_tokenizer();
  const Json without = run_json(id_arguments(folder));
  EXPECT_EQ(without["results"]["targets"][0]["text"], "#260");
  EXPECT_EQ(without["results"]["sweeps"], with["results"]["sweeps"]);
}

TEST(PatchCommand, GivesTheSameForEveryThreadCount) {
  const ModelFolder folder;
  const auto with_threads = [&](const char* threads) {
    Arguments arguments = text_arguments(folder);
    arguments.insert(arguments.end(), {"--threads", threads});
    return without_seconds(run_json(arguments));
  };
  const Json expected = with_threads("1");
  EXPECT_EQ(with_threads("2"), expected);
  EXPECT_EQ(with_threads("3"), expected);
}

TEST(PatchCommand, PrintsAHeatmapForEachTargetWithoutJson) {
  const ModelFolder folder;
  const CommandResult result = run_command(text_arguments(folder));
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(result.out.find('\x1b'), std::string::npos) << "colour where there is no terminal";
  for (const char* part : {"prob of \" Jones\": clean ", "prob of \" Smith\": clean ",
                           "\" Jones\" / \" Smith\"", "12 block-rows", "144;"}) {
    EXPECT_NE(result.out.find(part), std::string::npos) << part << " is not in\n" << result.out;
  }
}

TEST(PatchCommand, RunsEverySiteInBothDirections) {
  const ModelFolder folder;
  Arguments arguments = text_arguments(folder);
  for (const char* site : {"z", "pattern", "attn_out"}) {
    arguments.insert(arguments.end(), {"--site", site});
  }
  arguments.insert(arguments.end(), {"--direction", "denoising", "--direction", "noising"});
  const Json sweeps = run_json(arguments)["results"]["sweeps"];
  ASSERT_EQ(sweeps.size(), 6U);
  EXPECT_EQ(sweeps[1]["site"], "z");
  EXPECT_EQ(sweeps[1]["direction"], "noising");
  EXPECT_EQ(sweeps[1]["axes"], "head");
  EXPECT_EQ(sweeps[4]["axes"], "position");
}

TEST(PatchCommand, CorruptsWithNoiseOrAblates) {
  const ModelFolder folder;
  const Arguments start = {"patch", "--model",  folder.path(), "--clean",
                           kClean,  "--target", " Jones"};
  const auto with = [&](const Arguments& more) {
    Arguments arguments = start;
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_json(arguments);
  };
  const Json noise = with({"--noise", "1,2", "--samples", "3", "--seed", "5"});
  EXPECT_EQ(noise["corruption"]["positions"], (Json{1, 2}));
  EXPECT_EQ(with({"--noise", "1,2", "--samples", "3", "--seed", "5"})["results"], noise["results"]);
  EXPECT_NE(with({"--noise", "1,2", "--samples", "3", "--seed", "6"})["results"], noise["results"]);
  EXPECT_EQ(with({"--zero", "--site", "mlp_out"})["results"]["sweeps"][0]["direction"], "noising");
  const Json mean = with({"--mean", kClean, kCorrupted, "--site", "z"});
  EXPECT_EQ(mean["tokens"]["mean"].size(), 2U);
  EXPECT_EQ(mean["tokens"]["mean"][0], mean["tokens"]["clean"]);
  EXPECT_NE(mean["tokens"]["mean"][1], mean["tokens"]["clean"]);
  EXPECT_EQ(mean["results"]["sweeps"][0]["axes"], "head");
}

TEST(PatchCommand, ReadsADocument) {
  const ModelFolder folder;
  const Json written = run_json(text_arguments(folder));
  const TemporaryFolder place;
  const std::string file = place.path() + "/experiment.json";
  std::ofstream(file) << written.dump();
  const Json read = run_json({"patch", "--model", folder.path(), "--experiment", file});
  EXPECT_EQ(read["results"], written["results"]);
}

TEST(PatchCommand, NamesNoCorruptedRunOfAnAblation) {
  const ModelFolder folder;
  const Arguments start = {"patch", "--model",  folder.path(), "--clean",
                           kClean,  "--target", " Jones"};
  const auto first_line = [&](const Arguments& more) {
    const std::string out = run_command(extended(start, more)).out;
    return out.substr(0, out.find('\n'));
  };
  EXPECT_EQ(first_line({"--zero"}).find("corrupted"), std::string::npos);
  EXPECT_NE(first_line({"--corrupted", kCorrupted}).find(", corrupted "), std::string::npos);
}

}  // namespace
}  // namespace patchboard
