#include "core/experiment/experiment.h"

#include <gtest/gtest.h>

#include "tests/core/support/expect_error.h"

namespace patchboard {
namespace {

using testing::expect_error;
using Parts = std::initializer_list<std::string_view>;

/// A token a letter.
TextReader letters() {
  const auto encode = [](std::string_view text) {
    return std::vector<TokenId>(text.begin(), text.end());
  };
  return {.encode = encode, .resolve_target = [](std::string_view text) { return text.at(0); }};
}

Experiment read(const std::string& more) {
  return read_experiment(R"({"clean": "ab", "corrupted": "cb", "targets": ["x"])" + more + "}",
                         letters());
}

void expect_refused(const std::string& more, Parts parts) {
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
  EXPECT_TRUE(experiment.sweeps()[0].by_position);
  EXPECT_FALSE(experiment.sweeps()[1].by_position);
}

TEST(Experiment, ReadsTargetsAsTextsIdsAndContinuations) {
  const auto targets = read_targets(R"(["y", 7, {"continuation": "abc"}])", letters());
  EXPECT_EQ(targets, (std::vector<std::vector<TokenId>>{{'y'}, {7}, {'a', 'b', 'c'}}));
}

TEST(Experiment, ReadsCorruptions) {
  const Experiment noise = read(
      R"(, "corruption": {"kind": "noise", "positions": [3, 1], "multiple": 2.5, "samples": 4, "seed": 9})");
  EXPECT_EQ(noise.corruption.positions, (std::vector<Index>{1, 3}));
  EXPECT_EQ(noise.corruption.multiple, 2.5F);
  EXPECT_EQ(noise.corruption.samples, 4);
  EXPECT_EQ(noise.corruption.seed, 9U);
  EXPECT_TRUE(noise.corrupted.empty());
  const Experiment mean = read(R"(, "corruption": {"kind": "mean", "prompts": ["ab", [1, 2]]})");
  EXPECT_EQ(mean.corruption.prompts, (std::vector<std::vector<TokenId>>{{'a', 'b'}, {1, 2}}));
  EXPECT_EQ(mean.directions, std::vector{Direction::kNoising});
}

TEST(Experiment, RefusesWhatIsNoDocument) {
  expect_document_refused("{", {"not JSON"});
  expect_document_refused("[]", {"[]", "an object"});
  expect_document_refused("{}", {"no \"clean\""});
  expect_document_refused(R"({"clean": "a"})", {"no \"targets\""});
  expect_document_refused(R"({"clean": "a", "targets": ["x"]})", {"no \"corrupted\""});
}

TEST(Experiment, NamesTheKeyTheValueAndWhatWouldBeRight) {
  expect_refused(R"(, "colour": 1)", {"\"colour\"", "means nothing", "window"});
  expect_refused(R"(, "patchboard": 2)", {"\"patchboard\"", "2", "expected 1"});
  expect_refused(R"(, "sites": ["resid_pos"])", {"resid_pos", "resid_post"});
  expect_refused(R"(, "sites": [])", {"\"sites\"", "[]"});
  expect_refused(R"(, "directions": ["up"])", {"\"up\"", "denoising or noising"});
  expect_refused(R"(, "window": 0)", {"\"window\"", "0", "at least 1"});
  expect_refused(R"(, "span": 1.5)", {"\"span\"", "1.5"});
  expect_refused(R"(, "by_position": 1)", {"\"by_position\"", "true or false"});
  expect_refused(R"(, "region": {"layers": [2, 2], "positions": [0, 1]})", {"region.layers"});
  expect_refused(R"(, "region": {"layers": [0, 1]})", {"region.positions", "null"});
  expect_refused(R"(, "region": {"layer": 1})", {"\"layer\""});
  expect_refused(R"(, "corruption": {"kind": "blur"})", {"\"corruption\"", "blur"});
  expect_refused(R"(, "corruption": {"kind": "zero", "seed": 1})", {"\"seed\"", "zero"});
  expect_refused(R"(, "corruption": {"kind": "noise"})", {"corruption.positions"});
  expect_refused(R"(, "corruption": {"kind": "noise", "positions": [1, 1]})",
                 {"each position once"});
  expect_refused(R"(, "corruption": {"kind": "noise", "positions": [1], "multiple": 0})",
                 {"corruption.multiple"});
  expect_refused(R"(, "corruption": {"kind": "noise", "positions": [1], "samples": 9999})",
                 {"at most 1000"});
  expect_refused(R"(, "corruption": {"kind": "mean", "prompts": []})", {"corruption.prompts"});
  expect_document_refused(R"({"clean": 5, "corrupted": "a", "targets": ["x"]})",
                          {"\"clean\"", "5", "a text or an array"});
  expect_document_refused(R"({"clean": "a", "corrupted": "b", "targets": [{}]})",
                          {"\"targets\"", "continuation"});
}

TEST(Experiment, RefusesWhatDoesNotGoTogether) {
  expect_refused(R"(, "sites": ["z"], "window": 2)", {"window", "not at heads"});
  expect_refused(R"(, "sites": ["z"], "span": 2)", {"span", "by_position"});
  expect_refused(R"(, "corruption": {"kind": "zero"}, "directions": ["denoising"])",
                 {"ablation", "noising"});
}

}  // namespace
}  // namespace patchboard
