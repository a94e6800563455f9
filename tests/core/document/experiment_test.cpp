#include "core/document/experiment.h"

#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "core/input/input_value.h"
#include "tests/core/support/expect_error.h"

namespace patchboard {
namespace {

using testing::expect_error;
using Parts = std::initializer_list<std::string_view>;

/// A token a letter.
TextReader letters() {
  const auto encode = [](std::string_view text, SpecialTokens) {
    return std::vector<TokenId>(text.begin(), text.end());
  };
  return {.encode = encode,
          .resolve_target = [](std::string_view text, SpecialTokens) { return text.at(0); },
          .bos_token = [] { return TokenId{0}; }};
}

Experiment read(const std::string& more) {
  return read_experiment(R"({"clean": "ab", "corrupted": "cb", "targets": ["x"])" + more + "}",
                         letters());
}

/// Without a second prompt.
Experiment read_alone(const std::string& more) {
  return read_experiment(R"({"clean": "ab", "targets": ["x"])" + more + "}", letters());
}

void expect_experiment_refused(const std::string& more, Parts parts) {
  expect_error(ErrorCode::kExperiment, parts, [&] { static_cast<void>(read(more)); });
}

void expect_document_refused(const std::string& text, Parts parts) {
  expect_error(ErrorCode::kExperiment, parts,
               [&] { static_cast<void>(read_experiment(text, letters())); });
}

TEST(Experiment, TakesDefaultsForWhatIsLeftOut) {
  const Experiment experiment = read("");
  EXPECT_EQ(experiment.clean, (std::vector<TokenId>{'a', 'b'}));
  EXPECT_EQ(experiment.corrupted, (std::vector<TokenId>{'c', 'b'}));
  EXPECT_EQ(experiment.targets, (std::vector<std::vector<TokenId>>{{'x'}}));
  ASSERT_EQ(experiment.sweeps().size(), 1U);
  EXPECT_EQ(experiment.sweeps()[0], SweepSettings());
  EXPECT_FALSE(experiment.region);
}

TEST(Experiment, ReadsEverythingThatItCanSay) {
  const Experiment experiment = read(R"(, "patchboard": 1, "sites": ["attn_out", "mlp_out"],
      "directions": ["noising", "denoising"], "window": 3, "span": 2,
      "region": {"layers": [1, 3], "positions": [0, 2]}, "model": {}, "results": {}, "tokens": {})");
  ASSERT_EQ(experiment.sweeps().size(), 4U);
  EXPECT_EQ(experiment.sweeps()[2],
            (SweepSettings{
                .site = Site::kMlpOut, .direction = Direction::kNoising, .window = 3, .span = 2}));
  EXPECT_EQ(experiment.region->layers.end(), 3);
  EXPECT_EQ(experiment.region->positions.count, 2);
}

TEST(Experiment, ReadsHeadsByPosition) {
  const Experiment experiment = read(R"(, "sites": ["z", "resid_pre"], "by_position": true)");
  EXPECT_EQ(experiment.sweeps()[0].by_position, ByPosition::kEach);
  EXPECT_EQ(experiment.sweeps()[1].by_position, ByPosition::kTogether);
}

TEST(Experiment, ReadsTheLayersOfASite) {
  const Experiment experiment =
      read(R"(, "sites": ["resid_post", {"site": "resid_pre", "layers": [0, 1]}, "resid_post",
                         {"layers": [0, 1], "site": "resid_pre"}])");
  EXPECT_EQ(experiment.sites, (std::vector{Site::kResidPost, Site::kResidPre}));
  EXPECT_EQ(experiment.layers_of(Site::kResidPost), std::nullopt);
  EXPECT_EQ(experiment.layers_of(Site::kResidPre), (Span{.first = 0, .count = 1}));
  EXPECT_FALSE(experiment.region_of(Site::kResidPost));
  const std::optional<Region> region = experiment.region_of(Site::kResidPre);
  ASSERT_TRUE(region);
  EXPECT_EQ(region->layers, (Span{.first = 0, .count = 1}));
  EXPECT_EQ(region->positions, (Span{.first = 0, .count = 2}));
}

TEST(Experiment, TakesOfASitesLayersThoseOfTheRegion) {
  const Experiment experiment = read(R"(, "sites": ["z", {"site": "mlp_out", "layers": [1, 4]}],
                                         "region": {"layers": [2, 9], "positions": [1, 2]})");
  const std::optional<Region> region = experiment.region_of(Site::kMlpOut);
  ASSERT_TRUE(region);
  EXPECT_EQ(region->layers, (Span{.first = 2, .count = 2}));
  EXPECT_EQ(region->positions, (Span{.first = 1, .count = 1}));
  EXPECT_EQ(experiment.region_of(Site::kZ)->layers, (Span{.first = 2, .count = 7}));
}

TEST(Experiment, RefusesLayersOfASiteThatCannotBe) {
  const auto refused = [](const std::string& sites, Parts parts) {
    expect_experiment_refused(R"(, "sites": [)" + sites + "]", parts);
  };
  refused(R"({"site": "resid_pre"})", {"\"sites[0]\": has no \"layers\""});
  refused(R"({"layers": [0, 1]})", {"\"sites[0]\": has no \"site\""});
  refused(R"({"site": "resid_pre", "layers": [0, 1], "positions": [0, 1]})",
          {"\"sites[0]\"", "\"positions\"", "site, layers"});
  refused(R"({"site": "resid", "layers": [0, 1]})", {"sites[0].site", "\"resid\"", "resid_pre"});
  refused(R"("z", {"site": "q", "layers": [1, 1]})",
          {"\"sites[1].layers\": [1,1], expected [first, end]"});
  refused(R"({"site": "q", "layers": [0, 4294967297]})", {"sites[0].layers[1]", "4294967297"});
  for (const char* other : {R"("q")", R"({"site": "q", "layers": [0, 2]})"}) {
    refused(R"({"site": "q", "layers": [0, 1]}, "z", )" + std::string(other),
            {"\"sites[2]\"", "the same layers as where q is listed first, or the site once"});
    refused(std::string(other) + R"(, {"site": "q", "layers": [0, 1]})",
            {"\"sites[1]\": {\"site\":\"q\"", "the same layers"});
  }
  refused(R"({"site": "q", "layers": [0, 2]}], "region": {"layers": [2, 4], "positions": [0, 1]},
            "directions": ["noising")",
          {"\"sites[0].layers\": [0, 2]", "\"region.layers\", [2, 4], has none"});
}

TEST(Experiment, ReadsTargetsAsTextsIdsAndContinuations) {
  const auto targets = read_targets(R"(["y", 7, {"continuation": "abc"}])", letters());
  EXPECT_EQ(targets, (std::vector<std::vector<TokenId>>{{'y'}, {7}, {'a', 'b', 'c'}}));
}

TEST(Experiment, ReadsCorruptions) {
  const Experiment noise = read_alone(
      R"(, "corruption": {"kind": "noise", "positions": [3, 1], "multiple": 2.5, "samples": 4, "seed": 9})");
  EXPECT_EQ(noise.corruption.positions, (std::vector<Index>{1, 3}));
  EXPECT_EQ(noise.corruption.multiple, 2.5F);
  EXPECT_EQ(noise.corruption.samples, 4);
  EXPECT_EQ(noise.corruption.seed, 9U);
  EXPECT_TRUE(noise.corrupted.empty());
  const Experiment mean =
      read_alone(R"(, "corruption": {"kind": "mean", "prompts": ["ab", [1, 2]]})");
  EXPECT_EQ(mean.corruption.prompts, (std::vector<std::vector<TokenId>>{{'a', 'b'}, {1, 2}}));
  EXPECT_EQ(mean.directions, std::vector{Direction::kNoising});
}

TEST(Experiment, RefusesWhatIsNoDocument) {
  expect_document_refused("{", {"not JSON"});
  expect_document_refused("[]", {"experiment: [], expected an object"});
  expect_document_refused("{}", {"no \"clean\""});
  expect_document_refused(R"({"clean": "a"})", {"no \"targets\""});
  expect_document_refused(R"({"clean": "a", "targets": ["x"]})", {"no \"corrupted\""});
}

TEST(Experiment, TakesPairsOfAQueryAndAKey) {
  const Experiment experiment =
      read(R"(, "sites": ["attn_scores", "pattern"], "by_position": "pairs")");
  EXPECT_EQ(experiment.sweeps()[0].by_position, ByPosition::kPairs);
  EXPECT_EQ(experiment.sweeps()[1].by_position, ByPosition::kPairs);
}

TEST(Experiment, NamesTheKeyTheValueAndWhatWouldBeRight) {
  expect_experiment_refused(R"(, "colour": 1)", {"\"colour\"", "means nothing", "window"});
  expect_experiment_refused(R"(, "patchboard": 2)", {"\"patchboard\"", "2", "expected 1"});
  expect_experiment_refused(R"(, "sites": ["resid_pos"])", {"resid_pos", "resid_post"});
  expect_experiment_refused(R"(, "sites": [])", {"\"sites\": []"});
  expect_experiment_refused(R"(, "directions": ["up"])",
                            {"directions[0]", "\"up\"", "one of denoising, noising"});
  expect_experiment_refused(R"(, "window": 0)", {"\"window\": 0", "from 1 to 2147483647"});
  expect_experiment_refused(R"(, "span": 1.5)", {"\"span\"", "1.5"});
  expect_experiment_refused(R"(, "by_position": 1)", {"\"by_position\"", "true or false"});
  expect_experiment_refused(R"(, "by_position": "each")",
                            {"\"by_position\"", "\"each\"", "true, false or \"pairs\""});
  expect_experiment_refused(R"(, "region": {"layers": [2, 2], "positions": [0, 1]})",
                            {"region.layers"});
  expect_experiment_refused(R"(, "region": {"layers": [0, 1]})",
                            {"\"region\": has no \"positions\""});
  expect_experiment_refused(R"(, "region": {"layer": 1})", {"\"layer\""});
  expect_experiment_refused(R"(, "corruption": {"kind": "blur"})",
                            {"\"corruption.kind\": \"blur\"", "prompt, noise, zero, mean"});
  expect_experiment_refused(R"(, "corruption": {"kind": "zero", "seed": 1})",
                            {"\"corruption\": has \"seed\""});
  expect_experiment_refused(R"(, "corruption": {"kind": "noise"})",
                            {"\"corruption\": has no \"positions\""});
  expect_experiment_refused(R"(, "corruption": {"kind": "noise", "positions": [1, 1]})",
                            {"each position once"});
  expect_experiment_refused(R"(, "corruption": {"kind": "noise", "positions": [1], "multiple": 0})",
                            {"corruption.multiple"});
  expect_experiment_refused(
      R"(, "corruption": {"kind": "noise", "positions": [1], "multiple": 1e20})",
      {"corruption.multiple", "1000000000"});
  expect_experiment_refused(
      R"(, "corruption": {"kind": "noise", "positions": [1], "samples": 10001})",
      {"corruption.samples", "10001", "from 1 to 10000"});
  expect_experiment_refused(R"(, "corruption": {"kind": "mean", "prompts": []})",
                            {"corruption.prompts"});
  expect_document_refused(R"({"clean": 5, "corrupted": "a", "targets": ["x"]})",
                          {"\"clean\"", "5", "a text or a list"});
  expect_document_refused(R"({"clean": "a", "corrupted": "b", "targets": [{}]})",
                          {"\"targets[0]\"", "continuation"});
}

TEST(Experiment, RefusesWhatDoesNotGoTogether) {
  expect_experiment_refused(R"(, "sites": ["z"], "window": 2)", {"window", "not at heads"});
  expect_experiment_refused(R"(, "sites": ["z"], "span": 2)", {"span", "by_position"});
  for (const char* sites : {R"(["z"])", R"(["pattern", "z"])"}) {
    expect_experiment_refused(
        R"(, "by_position": "pairs", "sites": )" + std::string(sites),
        {"pairs", "z does not have", "expected \"sites\" of pattern, attn_scores"});
  }
  expect_experiment_refused(R"(, "by_position": "pairs")", {"resid_post does not have"});
  expect_experiment_refused(R"(, "by_position": "pairs", "sites": ["pattern"], "span": 2)",
                            {"expected \"span\" 1"});
  expect_document_refused(R"({"clean": "ab", "targets": ["x"], "corruption": {"kind": "zero"},
                              "directions": ["denoising"]})",
                          {"ablation", "noising"});
}

TEST(Experiment, RefusesACorruptedPromptBesideAnotherCorruption) {
  for (const char* kind : {R"({"kind": "zero"})", R"({"kind": "noise", "positions": [1]})",
                           R"({"kind": "mean", "prompts": ["ab"]})"}) {
    expect_experiment_refused(R"(, "corruption": )" + std::string(kind),
                              {"\"corrupted\" beside the corruption", "runs no second prompt"});
  }
}

// As 32 bits each of these is a number that the document may have.
TEST(Experiment, NarrowsNoNumberOfTheDocument) {
  expect_document_refused(R"({"clean": [4294967296, 1], "corrupted": "ab", "targets": ["x"]})",
                          {"\"clean[0]\": 4294967296", "from 0 to 2147483647"});
  expect_document_refused(R"({"clean": "ab", "corrupted": "cb", "targets": [4294967297]})",
                          {"\"targets[0]\": 4294967297"});
  expect_document_refused(
      R"({"clean": "ab", "corrupted": "cb", "targets": [{"continuation": [1, 4294967297]}]})",
      {"\"targets[0].continuation[1]\": 4294967297"});
  expect_experiment_refused(
      R"(, "region": {"layers": [4294967296, 4294967297], "positions": [0, 1]})",
      {"region.layers[0]", "4294967296"});
  expect_experiment_refused(R"(, "window": 4294967297)", {"\"window\": 4294967297"});
  expect_experiment_refused(R"(, "span": 9007199254740993)", {"\"span\": 9007199254740993"});
  const auto noise = [](const std::string& more) {
    return R"({"clean": "ab", "targets": ["x"], "corruption": {"kind": "noise", )" + more + "}}";
  };
  for (const char* position :
       {"4294967295", "4294967294", "2147483648", "9007199254740992", "-1"}) {
    expect_document_refused(
        noise(R"("positions": [)" + std::string(position) + "]"),
        {"corruption.positions[0]", position, "expected a whole number from 0"});
    expect_document_refused(noise(R"("positions": [0, )" + std::string(position) + "]"),
                            {"corruption.positions[1]", position});
  }
  expect_document_refused(noise(R"("positions": [0], "seed": 4294967296)"),
                          {"corruption.seed", "from 0 to 4294967295"});
  EXPECT_EQ(
      read_experiment(noise(R"("positions": [0], "seed": 4294967295)"), letters()).corruption.seed,
      UINT32_MAX);
}

TEST(Experiment, NamesTheModelsOwnLimitsWhereTheyAreKnown) {
  TextReader reader = letters();
  reader.last_token = 266;
  reader.n_layer = 4;
  reader.n_positions = 64;
  const auto refused = [&](const std::string& text, Parts parts) {
    expect_error(ErrorCode::kExperiment, parts,
                 [&] { static_cast<void>(read_experiment(text, reader)); });
  };
  refused(R"({"clean": [267], "corrupted": [1], "targets": [1]})",
          {"\"clean[0]\": 267, expected a whole number from 0 to 266"});
  refused(R"({"clean": [2], "corrupted": [1], "targets": [1],
              "sites": [{"site": "z", "layers": [0, 5]}]})",
          {"\"sites[0].layers[1]\": 5, expected a whole number from 0 to 4"});
  refused(R"({"clean": [2], "corrupted": [1], "targets": [1], "window": 100})",
          {"\"window\": 100, expected a whole number from 1 to 4"});
}

TEST(Experiment, SaysWhetherADocumentHasText) {
  EXPECT_FALSE(has_text(R"({"clean": [1, 2], "corrupted": [1, 3],
                            "targets": [4, {"continuation": [3, 4]}]})"));
  EXPECT_FALSE(has_text(R"({"clean": [1, 2], "targets": [4],
                            "corruption": {"kind": "mean", "prompts": [[5, 6]]}})"));
  EXPECT_TRUE(has_text(R"({"clean": "ab", "corrupted": [1, 3], "targets": [4]})"));
  EXPECT_TRUE(has_text(R"({"clean": [1], "corrupted": [2], "targets": [" x"]})"));
  EXPECT_TRUE(has_text(R"({"clean": [1], "corrupted": [2], "targets": [{"continuation": "x"}]})"));
  EXPECT_TRUE(has_text(R"({"clean": [1, 2], "targets": [4],
                           "corruption": {"kind": "mean", "prompts": ["ab"]}})"));
}

/// "resid_post+z" as a JSON list.
std::string listed(std::string_view names) {
  std::string list = "[\"";
  for (const char letter : names) {
    list += letter == '+' ? std::string("\",\"") : std::string(1, letter);
  }
  return list + "\"]";
}

bool is_accepted(const std::string& document) {
  try {
    static_cast<void>(read_experiment(document, letters()));
    return true;
  } catch (const Error&) {
    return false;
  }
}

/// Calls `visit` with every setting's name, as tests/golden/settings.json has it, and its document.
template <typename Visit>
void for_each_setting(const Visit& visit) {
  constexpr std::array kCorruptions = {
      std::pair("prompt", R"("corrupted": "cb")"),
      std::pair("noise", R"("corruption": {"kind": "noise", "positions": [1]})"),
      std::pair("zero", R"("corruption": {"kind": "zero"})"),
      std::pair("mean", R"("corruption": {"kind": "mean", "prompts": ["ab"]})")};
  for (const char* sites : {"resid_post", "z", "resid_post+z"}) {
    for (const bool by_position : {false, true}) {
      for (const auto& [kind, corruption] : kCorruptions) {
        for (const std::string window : {"1", "2"}) {
          for (const std::string span : {"1", "2"}) {
            for (const char* directions : {"denoising", "noising", "denoising+noising"}) {
              visit(std::string(sites) + (by_position ? " by_position " : " whole ") + kind +
                        " window " + window + " span " + span + " " + directions,
                    R"({"clean": "ab", "targets": ["x"], )" + std::string(corruption) +
                        R"(, "sites": )" + listed(sites) + R"(, "by_position": )" +
                        (by_position ? "true" : "false") + R"(, "window": )" + window +
                        R"(, "span": )" + span + R"(, "directions": )" + listed(directions) + "}");
            }
          }
        }
      }
    }
  }
}

// The page's settings are tested against the same file: tests/web/settings.test.ts.
TEST(Experiment, TakesTheSettingsThatThePageOffers) {
  std::ifstream file(PATCHBOARD_GOLDEN_DIR "/../settings.json");
  const std::string text(std::istreambuf_iterator<char>(file), {});
  const InputValue golden =
      InputValue::parse(text, {.code = ErrorCode::kState, .name = "settings.json"});
  std::set<std::string> accepted;
  for (const InputValue& name : golden.at("accepted").list(1)) {
    accepted.insert(name.text());
  }
  std::size_t found = 0;
  for_each_setting([&](const std::string& name, const std::string& document) {
    EXPECT_EQ(is_accepted(document), accepted.contains(name)) << name << ": " << document;
    found += accepted.count(name);
  });
  EXPECT_EQ(found, accepted.size());
}

}  // namespace
}  // namespace patchboard
