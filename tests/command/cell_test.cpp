// `patchboard cell`

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
using testing::Keys;
using testing::keys_of;
using testing::LoadedSession;
using testing::ModelFolder;
using testing::run_command;
using testing::run_json;
using Json = nlohmann::json;

Arguments cell(const ModelFolder& folder, const Arguments& more) {
  Arguments arguments = {"cell",     "--model",  folder.path(), "--clean", kClean, "--corrupted",
                         kCorrupted, "--target", " Jones",      "--top",   "4",    "--continue",
                         "3"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

Experiment experiment(const Session& session, Site site, ByPosition by_position) {
  return {.clean = session.encode(kClean),
          .corrupted = session.encode(kCorrupted),
          .targets = {{260}},
          .sites = {site},
          .by_position = by_position};
}

std::vector<TokenId> ids_of(const Json& tokens) {
  std::vector<TokenId> ids;
  for (const Json& token : tokens) {
    ids.push_back(token["id"].get<TokenId>());
  }
  return ids;
}

void expect_details(const Json& json, const CellDetails& expected) {
  ASSERT_EQ(json["top"].size(), expected.top.size());
  for (std::size_t i = 0; i < expected.top.size(); ++i) {
    EXPECT_EQ(json["top"][i]["id"], expected.top[i].token);
    EXPECT_EQ(json["top"][i]["prob"].get<float>(), expected.top[i].prob);
  }
  ASSERT_EQ(json["changed"].size(), expected.changed.size());
  for (std::size_t i = 0; i < expected.changed.size(); ++i) {
    EXPECT_EQ(json["changed"][i]["id"], expected.changed[i].token);
    EXPECT_EQ(json["changed"][i]["before"].get<float>(), expected.changed[i].before);
    EXPECT_EQ(json["changed"][i]["after"].get<float>(), expected.changed[i].after);
  }
  EXPECT_EQ(ids_of(json["continuations"]["clean"]["tokens"]), expected.clean);
  EXPECT_EQ(ids_of(json["continuations"]["corrupted"]["tokens"]), expected.corrupted);
  EXPECT_EQ(ids_of(json["continuations"]["patched"]["tokens"]), expected.patched);
}

TEST(CellCommand, WritesTheSessionsDetailsOfThatCell) {
  const ModelFolder folder;
  const Json json = run_json(cell(folder, {"--at", "1,1"}));
  EXPECT_EQ(keys_of(json), (Keys{"cells", "model", "tokens", "top"}));
  EXPECT_EQ(json["cells"][0]["layer"], 1);
  EXPECT_EQ(json["cells"][0]["position"], 1);
  LoadedSession session(1);
  session.start(experiment(session, Site::kResidPost, ByPosition::kTogether));
  expect_details(json["cells"][0],
                 session.inspect_cell({.row = 1, .column = 1, .top = 4, .continuation = 3}));
  EXPECT_EQ(json["top"]["clean"][0]["id"],
            session.predict(session.encode(kClean), 1).front().token);
  EXPECT_EQ(json["top"]["corrupted"][0]["id"],
            session.predict(session.encode(kCorrupted), 1).front().token);
}

TEST(CellCommand, NamesTheLayersAndPositionsThatWerePatched) {
  const ModelFolder folder;
  const Arguments arguments = cell(folder, {"--at", "0,1", "--window", "2", "--span", "2"});
  EXPECT_NE(run_command(arguments).out.find("resid_post, denoising, layers 0–1, positions 1–2"),
            std::string::npos);
  EXPECT_EQ(run_json(arguments)["cells"][0]["layers"], (Json{0, 2}));
}

TEST(CellCommand, FindsAHeadAtAPosition) {
  const ModelFolder folder;
  const Json json =
      run_json(cell(folder, {"--site", "z", "--by-position", "--at", "1,1,3"}))["cells"][0];
  EXPECT_EQ(json["axes"], "head-position");
  EXPECT_EQ(json["head"], 1);
  EXPECT_EQ(json["position"], 3);
  LoadedSession session(1);
  session.start(experiment(session, Site::kZ, ByPosition::kEach));
  expect_details(
      json, session.inspect_cell(
                {.row = session.config().n_head + 1, .column = 3, .top = 4, .continuation = 3}));
}

TEST(CellCommand, FindsAQueryAndAKey) {
  const ModelFolder folder;
  const auto at = [&](const char* place) {
    return cell(folder, {"--site", "attn_scores", "--by-position=pairs", "--at", place});
  };
  const Json json = run_json(at("1,1,3,2"))["cells"][0];
  EXPECT_EQ(json["axes"], "head-query-key");
  EXPECT_EQ(json["query"], 3);
  EXPECT_EQ(json["key"], 2);
  LoadedSession session(1);
  session.start(experiment(session, Site::kAttnScores, ByPosition::kPairs));
  const auto T = static_cast<Index>(session.encode(kClean).size());
  expect_details(
      json,
      session.inspect_cell(
          {.row = session.config().n_head + 1, .column = 3 * T + 2, .top = 4, .continuation = 3}));
  expect_bad_input(at("1,1,2,3"), {"the query does not see key 3", "0 to 2"});
  expect_bad_input(at("1,1,3"), {"layer,head,query,key"});
}

TEST(CellCommand, LooksAtEverySweep) {
  const ModelFolder folder;
  const Json cells = run_json(cell(folder, {"--site", "attn_out", "mlp_out", "--direction",
                                            "denoising", "noising", "--at", "0,1"}))["cells"];
  ASSERT_EQ(cells.size(), 4U);
  EXPECT_EQ(cells[1]["direction"], "noising");
  EXPECT_EQ(cells[2]["site"], "mlp_out");
}

TEST(CellCommand, PrintsTheRunsSideBySide) {
  const ModelFolder folder;
  const CommandResult result = run_command(cell(folder, {"--at", "1,1"}));
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.err, "");
  for (const char* part :
       {"resid_post, denoising, layer 1, position 1", "prob  clean", "prob  corrupted",
        "prob  patched", "changed most by the patch", "continued, each token the most probable"}) {
    EXPECT_NE(result.out.find(part), std::string::npos) << part << " is not in\n" << result.out;
  }
}

TEST(CellCommand, HasNoCorruptedRunOfAnAblation) {
  const ModelFolder folder;
  const Json json = run_json({"cell", "--model", folder.path(), "--clean", kClean, "--target",
                              " Jones", "--zero", "--at", "1,1"});
  EXPECT_EQ(keys_of(json["top"]), Keys{"clean"});
}

TEST(CellCommand, RefusesACellThatIsNotThere) {
  const ModelFolder folder;
  expect_bad_input(cell(folder, {}), {"--at"});
  expect_bad_input(cell(folder, {"--at", "1"}), {"--at"});
  expect_bad_input(cell(folder, {"--at", "3,0"}), {"--at: layer 3, expected 0 to 2"});
  expect_bad_input(cell(folder, {"--at", "0,4"}), {"--at: position 4, expected 0 to 3"});
  expect_bad_input(cell(folder, {"--at=0,-1"}), {"--at: \"-1\", expected a whole number from 0"});
  expect_bad_input(cell(folder, {"--at", "0,9", "--site", "z"}), {"--at: head 9"});
  expect_bad_input(cell(folder, {"--at", "0,1,2"}),
                   {"--at: 3 numbers, expected layer,position for resid_post"});
  for (const char* outside : {"0,1", "1,3"}) {
    expect_bad_input(cell(folder, {"--at", outside, "--layers", "1,3", "--positions", "0,3"}),
                     {"--at", "outside of the region"});
  }
}

TEST(CellCommand, RefusesACellOfALayerInWhichTheSiteIsNotPatched) {
  const ModelFolder folder;
  folder.write("document.json", Json{{"clean", kClean},
                                     {"corrupted", kCorrupted},
                                     {"targets", {" Jones"}},
                                     {"sites", {{{"site", "resid_pre"}, {"layers", {0, 2}}}}}}
                                    .dump());
  const auto at = [&](const char* place) -> Arguments {
    return {"cell", "--model", folder.path(), "--experiment", folder.path("document.json"),
            "--at", place,     "--json"};
  };
  expect_bad_input(at("2,1"),
                   {"--at: layer 2, expected 0 to 1, the layers in which resid_pre is patched"});
  EXPECT_EQ(run_json(at("1,1"))["cells"][0]["layer"], 1);
}

TEST(CellCommand, SaysWhereNothingChanges) {
  const ModelFolder folder;
  // Before the first word that differs, the two runs are one.
  const CommandResult unchanged = run_command(cell(folder, {"--at", "0,0"}));
  EXPECT_NE(unchanged.out.find("no token's probability is changed"), std::string::npos);
  EXPECT_EQ(unchanged.out.find("changed most"), std::string::npos);
  const CommandResult changed = run_command(cell(folder, {"--at", "0,1"}));
  EXPECT_NE(changed.out.find("changed most by the patch\n"), std::string::npos);
}

}  // namespace
}  // namespace patchboard
