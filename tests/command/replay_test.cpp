// `patchboard replay`

#include <gtest/gtest.h>

#include <functional>

#include "core/patching/measure.h"
#include "tests/command/bad_input.h"
#include "tests/command/model_folder.h"
#include "tests/command/run_command.h"
#include "tests/core/support/safetensors_writer.h"

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
using testing::small_model;
using Json = nlohmann::json;
using Change = std::function<void(Json& saved)>;

/// A result of the small model, which tests then change.
class ReplayCommand : public ::testing::Test {
 protected:
  [[nodiscard]] Arguments patch(const Arguments& more = {}) const {
    Arguments arguments = {"patch",       "--model",  folder_.path(), "--clean", kClean,
                           "--corrupted", kCorrupted, "--target",     " Jones",  " Smith"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }

  void save(const Json& saved) const { folder_.write("saved.json", saved.dump()); }

  [[nodiscard]] Arguments replay(const Arguments& more = {}) const {
    Arguments arguments = {"replay", "--model", folder_.path(), folder_.path("saved.json")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }

  /// Runs it and expects the exit code that goes with the verdict.
  [[nodiscard]] Json report(const Arguments& more = {}) const {
    Arguments arguments = replay(more);
    arguments.emplace_back("--json");
    const CommandResult result = run_command(arguments);
    EXPECT_EQ(result.err, "");
    Json json = Json::parse(result.out);
    EXPECT_EQ(result.exit_code, json["same"].get<bool>() ? 0 : 1);
    return json;
  }

  /// That the change is noticed, in this kind of number and in no other.
  void expect_differs(const std::string& kind, const Change& change,
                      const Arguments& options = {}) const {
    Json saved = run_json(patch(options));
    change(saved);
    save(saved);
    const Json json = report();
    EXPECT_EQ(json["same"], false) << kind;
    for (const auto& [name, numbers] : json["numbers"].items()) {
      EXPECT_EQ(numbers["same"], name != kind) << name << " where " << kind << " was changed";
    }
    EXPECT_TRUE(json["numbers"].contains(kind)) << kind;
    EXPECT_EQ(json["otherwise"], Json::array());
  }

  ModelFolder folder_;
};

void add(Json& number, double difference) { number = number.get<double>() + difference; }

/// Farther than near logits reach, of 270 tokens.
void move_rank(Json& rank) { add(rank, rank.get<double>() > 135 ? -100 : 100); }

TEST_F(ReplayCommand, AgreesWithWhatWasSaved) {
  for (const Arguments& options :
       {Arguments{}, Arguments{"--site", "z", "--by-position"},
        Arguments{"--site", "pattern", "--by-position=pairs"},
        Arguments{"--continuation", " Jones x"}, Arguments{"--attribution", "logit_diff"}}) {
    save(run_json(patch(options)));
    const Json json = report();
    EXPECT_EQ(json["same"], true) << json.dump();
    for (const auto& [name, numbers] : json["numbers"].items()) {
      EXPECT_GT(numbers["compared"], 0) << name;
      EXPECT_EQ(numbers["one_sided"], 0) << name;
    }
    EXPECT_EQ(json["skipped_cells"], 0);
  }
}

TEST_F(ReplayCommand, ReadsWhatWasSavedWithTheOldNameOfQ8_0) {
  Json saved = run_json(patch({"--dtype", "q8_0"}));
  saved["model"]["dtype"] = "q8";
  save(saved);
  for (const Json& json : {report(), report({"--dtype", "q8"})}) {
    EXPECT_EQ(json["same"], true) << json.dump();
    EXPECT_EQ(json["dtype"], "q8_0");
    EXPECT_EQ(json["saved_dtype"], "q8_0");
  }
}

TEST_F(ReplayCommand, StatesATolerancePerKind) {
  save(run_json(patch()));
  const Json numbers = report()["numbers"];
  EXPECT_EQ(numbers["prob"]["tolerance"], 1e-5);
  for (const char* kind : {"log_prob", "logit", "kl"}) {
    EXPECT_EQ(numbers[kind]["tolerance"], 1e-3) << kind;
  }
  EXPECT_EQ(numbers["rank"]["tolerance"], 0);
  const Json wider = report({"--tolerance", "0.5", "--logit-tolerance", "2"})["numbers"];
  EXPECT_EQ(wider["prob"]["tolerance"], 0.5);
  EXPECT_EQ(wider["kl"]["tolerance"], 2);
}

TEST_F(ReplayCommand, NoticesOneOtherNumberOfEachKindInAHeatmap) {
  const auto cell = [](const char* kind) {
    return [kind](Json& saved) -> Json& { return saved["results"]["sweeps"][0][kind][1][1][2]; };
  };
  expect_differs("prob", [&](Json& saved) { add(cell("prob")(saved), 2e-5); });
  expect_differs("log_prob", [&](Json& saved) { add(cell("log_prob")(saved), 2e-3); });
  expect_differs("logit", [&](Json& saved) { add(cell("logit")(saved), -2e-3); });
  expect_differs("rank", [&](Json& saved) { move_rank(cell("rank")(saved)); });
  expect_differs("kl", [&](Json& saved) { add(saved["results"]["sweeps"][0]["kl"][1][2], 2e-3); });
}

TEST_F(ReplayCommand, NoticesOneOtherNumberOfEachKindInTheRunsWithoutAPatch) {
  for (const char* run : {"clean", "corrupted"}) {
    const auto measures = [run](Json& saved) -> Json& { return saved["results"][run]; };
    expect_differs("prob", [&](Json& saved) { add(measures(saved)["prob"][1], 2e-5); });
    expect_differs("log_prob", [&](Json& saved) { add(measures(saved)["log_prob"][0], 2e-3); });
    expect_differs("logit", [&](Json& saved) { add(measures(saved)["logit"][0], 2e-3); });
    expect_differs("rank", [&](Json& saved) { move_rank(measures(saved)["rank"][0]); });
    expect_differs("kl", [&](Json& saved) { add(measures(saved)["kl"], 2e-3); });
  }
}

TEST_F(ReplayCommand, NoticesOtherMostProbableTokens) {
  for (const char* run : {"clean", "corrupted"}) {
    const auto top = [run](Json& saved) -> Json& { return saved["results"]["top"][run]; };
    expect_differs("top", [&](Json& saved) { std::swap(top(saved)[0], top(saved)[9]); });
    expect_differs("prob", [&](Json& saved) { add(top(saved)[3]["prob"], 2e-5); });
    expect_differs("logit", [&](Json& saved) { add(top(saved)[3]["logit"], 2e-3); });
  }
}

TEST_F(ReplayCommand, NoticesOtherEstimates) {
  const Arguments attribution = {"--attribution", "logit_diff"};
  expect_differs(
      "estimate", [](Json& saved) { add(saved["results"]["sweeps"][0]["estimate"][0][1], 2e-3); },
      attribution);
  expect_differs(
      "estimate_rank_correlation",
      [](Json& saved) {
        Json& correlation = saved["results"]["sweeps"][0]["estimate_rank_correlation"];
        correlation = correlation.get<double>() > 0 ? -0.9 : 0.9;
      },
      attribution);
}

TEST_F(ReplayCommand, NoticesANumberThatOnlyOneSideHas) {
  expect_differs("logit", [](Json& saved) {
    saved["results"]["sweeps"][0]["logit"][0][1][2] = nullptr;  // and its other numbers stay
  });
  expect_differs(
      "logit",
      [](Json& saved) { saved["results"]["sweeps"][0]["logit"][2][1][2] = 1; },  // has none
      {"--continuation", " Jones x"});
  expect_differs("entropy", [](Json& saved) { saved["results"]["clean"]["entropy"] = nullptr; });
  expect_differs("not_finite", [](Json& saved) {
    Json& sweep = saved["results"]["sweeps"][0];
    for (const char* kind : {"prob", "log_prob", "logit", "rank"}) {
      sweep[kind][0][1][2] = sweep[kind][1][1][2] = nullptr;
    }
    sweep["kl"][1][2] = nullptr;
    sweep["not_finite"] = Json::array({Json::array({1, 2})});
  });
}

TEST_F(ReplayCommand, AllowsDifferencesOfArithmetic) {
  Json saved = run_json(patch());
  add(saved["results"]["sweeps"][0]["prob"][0][1][2], 5e-6);
  add(saved["results"]["sweeps"][0]["logit"][0][1][2], 5e-4);
  save(saved);
  EXPECT_EQ(report()["same"], true);
}

TEST_F(ReplayCommand, AllowsAnotherRankOnlyWhereNearerLogitsDecideIt) {
  Json saved = run_json(patch());
  move_rank(saved["results"]["clean"]["rank"][0]);
  save(saved);
  EXPECT_EQ(report()["same"], false);
  // As if logits as far apart as these were equal: any order of them is as good.
  const Json wider = report({"--logit-tolerance", "100", "--tolerance", "1"});
  EXPECT_EQ(wider["same"], true) << wider.dump();
}

TEST_F(ReplayCommand, NoticesOtherWeightsHoweverLittleTheyChange) {
  save(run_json(patch()));
  auto weights = small_model().weights;
  reference::tensors_of(weights)[20].values[0] += 1e-6F;
  folder_.write("model.safetensors",
                testing::safetensors_file(testing::published_tensors(weights)));
  const Json json = report();
  EXPECT_EQ(json["same"], false);
  EXPECT_EQ(json["same_model"], false);
  ASSERT_EQ(json["otherwise"].size(), 1U);
  EXPECT_NE(json["otherwise"][0].get<std::string>().find("the weights are others"),
            std::string::npos);
}

TEST_F(ReplayCommand, NoticesOtherTokensTargetsAndSites) {
  const auto expect_otherwise = [&](const char* part, const Change& change) {
    Json saved = run_json(patch());
    change(saved);
    save(saved);
    const Json json = report();
    EXPECT_EQ(json["same"], false) << part;
    EXPECT_NE(json["otherwise"].dump().find(part), std::string::npos) << json.dump();
  };
  expect_otherwise("the clean prompt splits into other tokens",
                   [](Json& saved) { saved["tokens"]["clean"][1]["id"] = 265; });
  expect_otherwise("the corrupted prompt splits into other tokens",
                   [](Json& saved) { saved["tokens"]["corrupted"][0]["id"] = 1; });
  expect_otherwise("a target splits into other tokens",
                   [](Json& saved) { saved["results"]["targets"][0]["tokens"][0]["id"] = 1; });
  expect_otherwise("mlp_out, denoising by position where the experiment has resid_post",
                   [](Json& saved) { saved["results"]["sweeps"][0]["site"] = "mlp_out"; });
  expect_otherwise("1 sweeps in the results, 2 in the experiment",
                   [](Json& saved) { saved["sites"] = {"resid_post", "mlp_out"}; });
  expect_otherwise("2 targets in the results, 1 in the experiment",
                   [](Json& saved) { saved["targets"] = {" Jones"}; });
  expect_otherwise("2 rows", [](Json& saved) {
    Json& sweep = saved["results"]["sweeps"][0];
    for (const Measure measure : all_measures()) {
      Json& values = sweep[traits_of(measure).name];
      if (traits_of(measure).of_target) {
        values[0].erase(0);
        values[1].erase(0);
      } else {
        values.erase(0);
      }
    }
  });
}

TEST_F(ReplayCommand, ReplaysResultsThatAreOlderThanAMeasure) {
  Json saved = run_json(patch());
  for (const Measure measure : all_measures()) {
    if (!traits_of(measure).in_every_result) {
      for (const char* run : {"clean", "corrupted"}) {
        saved["results"][run].erase(std::string(traits_of(measure).name));
      }
      saved["results"]["sweeps"][0].erase(std::string(traits_of(measure).name));
    }
  }
  save(saved);
  const Json json = report();
  EXPECT_EQ(json["same"], true) << json.dump();
  EXPECT_FALSE(json["numbers"].contains("margin"));
  EXPECT_TRUE(json["numbers"].contains("kl"));
}

TEST_F(ReplayCommand, RefusesWhatAPartOfAResultAloneLacks) {
  const Arguments options = {"--site",      "resid_post",    "z",
                             "--direction", "denoising",     "--direction",
                             "noising",     "--attribution", "logit_diff"};
  const Json whole = run_json(patch(options));
  const auto expect_refused = [&](std::initializer_list<std::string_view> parts,
                                  const Change& change) {
    Json saved = whole;
    change(saved["results"]);
    save(saved);
    expect_bad_input(replay(), parts);
  };
  for (const std::string name : {"margin", "entropy"}) {
    const std::string lacks = "has no \"" + name + "\"";
    expect_refused({"\"results.sweeps[2]\": z, denoising, " + lacks, "\"results.clean\" has",
                    "expected it in both runs and every sweep or", "older, in none"},
                   [&](Json& results) { results["sweeps"][2].erase(name); });
    expect_refused({"\"results.corrupted\": " + lacks, "\"results.clean\" has"},
                   [&](Json& results) { results["corrupted"].erase(name); });
    expect_refused({"\"results.clean\": " + lacks, "\"results.sweeps[0]\" has"},
                   [&](Json& results) {
                     results["clean"].erase(name);
                     results["corrupted"].erase(name);
                   });
    expect_refused({"\"results.clean\": " + lacks, "\"results.sweeps[3]\" has"},
                   [&](Json& results) {
                     results["clean"].erase(name);
                     results["corrupted"].erase(name);
                     for (const std::size_t sweep : {0U, 1U, 2U}) {
                       results["sweeps"][sweep].erase(name);
                     }
                   });
  }
  expect_refused({"results.sweeps[1].margin", "null", "expected a list"},
                 [](Json& results) { results["sweeps"][1]["margin"] = nullptr; });
  expect_refused({"\"results.sweeps[1]\": resid_post, noising, has no \"not_finite\"",
                  "\"results.sweeps[0]\" has", "it in every sweep or"},
                 [](Json& results) { results["sweeps"][1].erase("not_finite"); });
  for (const std::string name : {"estimate", "estimate_rank_correlation"}) {
    expect_refused({"\"results.sweeps[3]\": z, noising, has no \"" + name + "\"",
                    "\"results\" has \"estimate_metric\"", "or none of them"},
                   [&](Json& results) { results["sweeps"][3].erase(name); });
  }
  expect_refused(
      {"\"results\": has no \"estimate_metric\"", "\"results.sweeps[0]\" has \"estimate\""},
      [](Json& results) { results.erase("estimate_metric"); });
}

TEST_F(ReplayCommand, SkipsAndCountsCellsThatWereNotComputed) {
  Json saved = run_json(patch());
  Json& sweep = saved["results"]["sweeps"][0];
  const Json unknown = Json::array({nullptr, nullptr, nullptr, nullptr});
  for (const Measure measure : all_measures()) {
    Json& values = sweep[traits_of(measure).name];
    if (traits_of(measure).of_target) {
      values[0][0] = values[1][0] = unknown;
    } else {
      values[0] = unknown;
    }
  }
  save(saved);
  const Json json = report();
  EXPECT_EQ(json["same"], true) << json.dump();
  EXPECT_EQ(json["skipped_cells"], 4);
  EXPECT_NE(run_command(replay()).out.find("4 cells skipped"), std::string::npos);
}

TEST_F(ReplayCommand, CountsTheCellsOfAResultWithoutAny) {
  Json saved = run_json(patch());
  const std::size_t cells = saved["results"]["sweeps"][0]["kl"].flatten().size();
  for (const char* kind : {"prob", "log_prob", "logit", "rank", "kl"}) {
    Json flat = saved["results"]["sweeps"][0][kind].flatten();
    for (Json& number : flat) {
      number = nullptr;
    }
    saved["results"]["sweeps"][0][kind] = flat.unflatten();
  }
  save(saved);
  EXPECT_EQ(report()["skipped_cells"], cells);
}

TEST_F(ReplayCommand, ReplaysASiteOfSomeLayers) {
  Json document = run_json(patch());
  document["sites"] = {{{"site", "resid_pre"}, {"layers", {0, 1}}}, "resid_post"};
  save(document);
  const Json saved =
      run_json({"patch", "--model", folder_.path(), "--experiment", folder_.path("saved.json")});
  save(saved);
  const Json json = report();
  EXPECT_EQ(json["same"], true) << json.dump();
  EXPECT_EQ(json["skipped_cells"], 0);
  const std::size_t columns = saved["results"]["sweeps"][0]["kl"][0].size();
  const std::size_t cells = saved["results"]["sweeps"][1]["kl"].flatten().size();
  EXPECT_EQ(json["numbers"]["kl"]["compared"], 2 + columns + cells);
}

TEST_F(ReplayCommand, ReplaysEstimatesAlone) {
  save(run_json(patch({"--attribution", "logit_diff", "--attribution-only"})));
  const Json json = report();
  EXPECT_EQ(json["same"], true) << json.dump();
  EXPECT_GT(json["numbers"]["estimate"]["compared"], 0);
  EXPECT_FALSE(json["numbers"].contains("estimate_rank_correlation"));
}

TEST_F(ReplayCommand, ReplaysIdsWithoutTokenizerFiles) {
  const Json document = {
      {"clean", {266, 260, 32, 120}},
      {"targets", {260, {{"continuation", {260, 32}}}}},
      {"corruption", {{"kind", "mean"}, {"prompts", {{266, 265, 32, 120}, {266, 260, 32, 119}}}}}};
  folder_.write("experiment.json", document.dump());
  const Arguments arguments = {"patch", "--model", folder_.path(), "--experiment",
                               folder_.path("experiment.json")};
  save(run_json(arguments));
  folder_.remove_tokenizer();
  EXPECT_EQ(report()["same"], true);
  EXPECT_EQ(run_json(arguments)["results"]["sweeps"].size(), 1U);
}

TEST_F(ReplayCommand, PrintsALineForEachKindAndTheVerdict) {
  Json saved = run_json(patch());
  save(saved);
  const CommandResult same = run_command(replay());
  for (const char* part : {"same  prob: ", "tolerance 1e-05", "same  rank: ", "\nthe same\n"}) {
    EXPECT_NE(same.out.find(part), std::string::npos) << part << " is not in " << same.out;
  }
  add(saved["results"]["sweeps"][0]["kl"][1][2], 0.5);
  save(saved);
  const CommandResult other = run_command(replay());
  EXPECT_EQ(other.exit_code, 1);
  for (const char* part :
       {"NOT   kl: ", "resid_post, denoising, layer 1, position 2", "NOT the same"}) {
    EXPECT_NE(other.out.find(part), std::string::npos) << part << " is not in " << other.out;
  }
}

TEST_F(ReplayCommand, RefusesWhatIsNoSavedResult) {
  const auto expect_refused = [&](std::initializer_list<std::string_view> parts,
                                  const Change& change) {
    Json saved = run_json(patch());
    change(saved);
    save(saved);
    expect_bad_input(replay(), parts);
  };
  expect_refused({"\"model\"", "\"x\"", "an object"}, [](Json& saved) { saved["model"] = "x"; });
  expect_refused({"results.sweeps[0]", "1", "an object"},
                 [](Json& saved) { saved["results"]["sweeps"] = {1}; });
  expect_refused({"results.sweeps[0].prob[0][1][2]", "\"much\"", "a number"},
                 [](Json& saved) { saved["results"]["sweeps"][0]["prob"][0][1][2] = "much"; });
  expect_refused({"results.sweeps[0].rank[0][1]", "4 numbers"},
                 [](Json& saved) { saved["results"]["sweeps"][0]["rank"][0][1].erase(0); });
  expect_refused({"results.sweeps[0].not_finite[0][1]", "from 0 to 3"}, [](Json& saved) {
    saved["results"]["sweeps"][0]["not_finite"] = Json::array({Json::array({0, 4})});
  });
  expect_refused({"no \"kl\""}, [](Json& saved) { saved["results"]["sweeps"][0].erase("kl"); });
  expect_refused({"no \"results\""}, [](Json& saved) { saved.erase("results"); });
  expect_refused({"model.dtype", "\"f64\""}, [](Json& saved) { saved["model"]["dtype"] = "f64"; });
  folder_.write("saved.json", "[");
  expect_bad_input(replay(), {"saved result"});
  expect_bad_input({"replay", "--model", folder_.path(), folder_.path("none.json")}, {"none.json"});
}

}  // namespace
}  // namespace patchboard
