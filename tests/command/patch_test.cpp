// `patchboard patch`

#include <gtest/gtest.h>

#include "tests/command/model_folder.h"
#include "tests/command/run_command.h"
#include "tests/core/support/loaded_session.h"

namespace patchboard {
namespace {

using testing::Arguments;
using testing::CommandResult;
using testing::keys_of;
using testing::LoadedSession;
using testing::ModelFolder;
using testing::run_command;
using testing::run_json;
using Json = nlohmann::json;
using Keys = std::vector<std::string>;

// Four tokens, `Mi| Jones| |x`, that differ at position 1.
constexpr const char* kClean = "Mi Jones x";
constexpr const char* kCorrupted = "Mi Smith x";

Arguments text_arguments(const ModelFolder& folder) {
  return {"patch",       "--model",  folder.path(), "--clean", kClean,
          "--corrupted", kCorrupted, "--target",    " Jones",  " Smith"};
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
  TargetValues clean, corrupted;
};

Expected expected_values() {
  LoadedSession session(1);
  Sweep& sweep = session.start_sweep({.clean = session.encode(kClean),
                                      .corrupted = session.encode(kCorrupted),
                                      .targets = {260, 265}});
  const std::size_t T = 4;
  Expected expected;
  expected.prob.assign(2, std::vector(3, std::vector<float>(T)));
  expected.logit = expected.prob;
  while (!sweep.done()) {
    const SweepRow row = sweep.step();
    for (std::size_t target = 0; target < 2; ++target) {
      for (std::size_t position = 0; position < T; ++position) {
        const auto layer = static_cast<std::size_t>(row.layer);
        expected.prob[target][layer][position] = row.prob[target * T + position];
        expected.logit[target][layer][position] = row.logit[target * T + position];
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
  EXPECT_EQ(keys_of(json), (Keys{"clean", "corrupted", "logit", "prob", "seconds", "targets",
                                 "tokens_clean", "tokens_corrupted", "work"}));
  EXPECT_EQ(keys_of(json["clean"]), (Keys{"logit", "prob"}));
  EXPECT_EQ(keys_of(json["corrupted"]), (Keys{"logit", "prob"}));
  EXPECT_EQ(keys_of(json["work"]), (Keys{"block_rows", "naive_block_rows"}));
  const Json targets = {{{"id", 260}, {"text", " Jones"}}, {{"id", 265}, {"text", " Smith"}}};
  EXPECT_EQ(json["targets"], targets);
  const Json tokens = {{{"id", 266}, {"text", "Mi"}},
                       {{"id", 260}, {"text", " Jones"}},
                       {{"id", 32}, {"text", " "}},
                       {{"id", 120}, {"text", "x"}}};
  EXPECT_EQ(json["tokens_clean"], tokens);
  EXPECT_EQ(json["tokens_corrupted"][1], targets[1]);
}

TEST(PatchCommand, WritesTheSweepsValuesByTargetLayerAndPosition) {
  const ModelFolder folder;
  const Json json = run_json(text_arguments(folder));
  const Expected expected = expected_values();
  EXPECT_EQ(json["prob"].get<decltype(expected.prob)>(), expected.prob);
  EXPECT_EQ(json["logit"].get<decltype(expected.logit)>(), expected.logit);
  EXPECT_EQ(json["clean"]["prob"].get<std::vector<float>>(), expected.clean.prob);
  EXPECT_EQ(json["clean"]["logit"].get<std::vector<float>>(), expected.clean.logit);
  EXPECT_EQ(json["corrupted"]["prob"].get<std::vector<float>>(), expected.corrupted.prob);
  EXPECT_EQ(json["corrupted"]["logit"].get<std::vector<float>>(), expected.corrupted.logit);
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

TEST(PatchCommand, GivesTheSameForTextAndForIds) {
  const ModelFolder folder;
  EXPECT_EQ(without_seconds(run_json(id_arguments(folder))),
            without_seconds(run_json(text_arguments(folder))));
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
  EXPECT_EQ(without["targets"][0]["text"], "#260");
  EXPECT_EQ(without["prob"], with["prob"]);
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

}  // namespace
}  // namespace patchboard
