#include "core/document/checks.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/core/support/expect_error.h"
#include "tests/core/support/random_model.h"
#include "tests/core/support/small_tokenizer.h"

namespace patchboard {
namespace {

using testing::expect_error;
using Ids = std::vector<TokenId>;

const Tokenizer& tokenizer() {
  static const auto files = testing::small_tokenizer_files();
  static const Tokenizer kTokenizer(files);
  return kTokenizer;
}

void check_texts(std::string_view clean, std::string_view corrupted) {
  check_pair(tokenizer().encode(clean), tokenizer().encode(corrupted),
             [](TokenId id) { return tokenizer().display_text(id); });
}

void expect_prompt_refused(const Ids& ids, std::initializer_list<std::string_view> parts) {
  Config config = testing::small_config(1, 1, 4, 10);
  config.n_positions = 3;
  expect_error(ErrorCode::kPrompt, parts, [&] { check_prompt("clean prompt", ids, config); });
}

void expect_pair_refused(std::string_view clean, std::string_view corrupted,
                         std::initializer_list<std::string_view> parts) {
  expect_error(ErrorCode::kPrompt, parts, [&] { check_texts(clean, corrupted); });
}

void expect_target_refused(std::string_view text, std::initializer_list<std::string_view> parts) {
  expect_error(ErrorCode::kTarget, parts,
               [&] { static_cast<void>(resolve_target(text, tokenizer())); });
}

TEST(CheckPrompt, AcceptsEveryLengthAndIdOfTheModel) {
  Config config = testing::small_config(1, 1, 4, 10);
  config.n_positions = 3;
  check_prompt("prompt", Ids{0}, config);
  check_prompt("prompt", Ids{9, 0, 9}, config);
}

TEST(CheckPrompt, RefusesAnEmptyPrompt) {
  expect_prompt_refused({}, {"clean prompt: is empty", "expected at least one token"});
}

TEST(CheckPrompt, RefusesAPromptLongerThanTheModelReads) {
  expect_prompt_refused({1, 2, 3, 4}, {"clean prompt: 4 tokens", "at most 3", "shorten"});
}

TEST(CheckPrompt, RefusesIdsOutsideTheVocabulary) {
  expect_prompt_refused({1, 10}, {"clean prompt", "id 10 at position 1", "expected 0 to 9"});
  expect_prompt_refused({-1, 3}, {"clean prompt", "id -1 at position 0", "expected 0 to 9"});
  expect_prompt_refused({2'147'483'647}, {"id 2147483647", "expected 0 to 9"});
}

TEST(CheckPair, AcceptsPromptsOfOneLengthThatDiffer) {
  check_texts("Michelle Jones", "Michelle Smith");
  check_texts("a", "b");
}

TEST(CheckPair, RefusesTheSamePromptTwice) {
  expect_pair_refused("Michelle Jones", "Michelle Jones", {"are the same", "change a word"});
}

TEST(CheckPair, ShowsTheTokensThatDifferAndTheRepair) {
  expect_pair_refused("Hi Jones, Mi", "Hi Bo, Mi",
                      {"clean has 6, corrupted 8", "` Jones` (1 token)", "` |B|o` (3 tokens)",
                       "choose a replacement that splits into as many tokens"});
  expect_pair_refused(
      "Hi Bo, Mi", "Hi Jones, Mi",
      {"clean has 8, corrupted 6", "` |B|o` (3 tokens) against ` Jones` (1 token)"});
}

TEST(CheckPair, SaysNothingWhereOnePromptOnlyHasMore) {
  expect_pair_refused("xy", "xyz", {"differ in nothing against `z` (1 token)"});
  expect_pair_refused("zxy", "xy", {"differ in `z` (1 token) against nothing"});
}

TEST(CheckPair, CountsARepeatedTokenOnce) {
  expect_pair_refused("xx", "xxx", {"differ in nothing against `x` (1 token)"});
  expect_pair_refused("xxxx", "xx", {"differ in `x|x` (2 tokens) against nothing"});
}

/// Of a model with 4 layers and 10 tokens in its vocabulary.
void expect_experiment_refused(const Experiment& experiment,
                               std::initializer_list<std::string_view> parts) {
  const Config config = testing::small_config(4, 1, 4, 10);
  expect_error(ErrorCode::kExperiment, parts, [&] {
    check_experiment(experiment, config, [](TokenId id) { return std::to_string(id); });
  });
}

Experiment small_experiment() {
  return {.clean = {1, 2, 3}, .corrupted = {1, 4, 3}, .targets = {{5}}};
}

Experiment noisy_experiment() {
  Experiment experiment = small_experiment();
  experiment.corrupted = {};
  experiment.corruption = {.kind = Corruption::Kind::kNoise, .positions = {0, 2}};
  return experiment;
}

TEST(CheckExperiment, TakesEverythingUpToTheModelsSizes) {
  const Config config = testing::small_config(4, 1, 4, 10);
  const TokenText text = [](TokenId id) { return std::to_string(id); };
  Experiment experiment = small_experiment();
  experiment.window = 4;
  experiment.span = 3;
  experiment.region =
      Region{.layers = {.first = 0, .count = 4}, .positions = {.first = 2, .count = 1}};
  check_experiment(experiment, config, text);
  check_experiment(noisy_experiment(), config, text);
}

TEST(CheckExperiment, RefusesAWindowOrASpanBeyondTheModelAndThePrompt) {
  for (const Index window : {Index{0}, Index{5}, Index{100}}) {
    Experiment experiment = small_experiment();
    experiment.window = window;
    expect_experiment_refused(experiment, {"\"window\"", "expected 1 to 4", "layers"});
  }
  Experiment experiment = small_experiment();
  experiment.span = 4;
  expect_experiment_refused(experiment, {"\"span\": 4", "expected 1 to 3", "tokens"});
}

TEST(CheckExperiment, ChecksEveryPositionOfTheNoise) {
  for (const Index position : {Index{-1}, Index{3}, std::numeric_limits<Index>::min(),
                               std::numeric_limits<Index>::max()}) {
    Experiment experiment = noisy_experiment();
    experiment.corruption.positions = {std::min<Index>(position, 0), std::max<Index>(position, 0)};
    expect_experiment_refused(experiment, {"corruption.positions", "expected 0 to 2"});
  }
  Experiment twice = noisy_experiment();
  twice.corruption.positions = {1, 1};
  expect_experiment_refused(twice, {"corruption.positions", "each once"});
  Experiment many = noisy_experiment();
  many.corruption.samples = 10'001;
  expect_experiment_refused(many, {"corruption.samples", "10001", "expected 1 to 10000"});
}

TEST(CheckExperiment, RefusesRegionsThatAreNotThere) {
  for (const Span& layers : {Span{.first = 0, .count = 5}, Span{.first = 4, .count = 1},
                             Span{.first = -1, .count = 1}, Span{.first = 0, .count = 0},
                             Span{.first = 1, .count = std::numeric_limits<Index>::max()}}) {
    Experiment experiment = small_experiment();
    experiment.region = Region{.layers = layers, .positions = {.first = 0, .count = 1}};
    expect_experiment_refused(experiment, {"region.layers", "at most 4"});
  }
}

TEST(CheckExperiment, RefusesLayersOfASiteThatAreNotThere) {
  for (const Span& layers : {Span{.first = 0, .count = 5}, Span{.first = 4, .count = 1},
                             Span{.first = -1, .count = 1}, Span{.first = 0, .count = 0},
                             Span{.first = 1, .count = std::numeric_limits<Index>::max()}}) {
    Experiment experiment = small_experiment();
    experiment.sites = {Site::kResidPost, Site::kResidPre};
    experiment.layers_of_sites = {{Site::kResidPre, layers}};
    expect_experiment_refused(experiment, {"sites[1].layers", "at most 4"});
  }
}

TEST(CheckExperiment, RefusesLayersOfASiteOfWhichTheRegionHasNone) {
  Experiment experiment = small_experiment();
  experiment.layers_of_sites = {{Site::kResidPost, {.first = 0, .count = 1}}};
  for (const Span& layers : {Span{.first = 1, .count = 3},
                             Span{.first = 1, .count = std::numeric_limits<Index>::max()}}) {
    experiment.region = Region{.layers = layers, .positions = {.first = 0, .count = 1}};
    expect_experiment_refused(experiment, {"sites[0].layers", "[0, 1]", "\"region.layers\", [1, "});
  }
}

TEST(CheckExperiment, RefusesNoiseWhoseSquaresAreNoFloats) {
  Experiment noise = noisy_experiment();
  noise.corruption.multiple = 2e9F;
  expect_experiment_refused(noise, {"corruption.multiple", "at most 1e9"});
}

TEST(CheckExperiment, RefusesWhatDoesNotGoTogetherHoweverItWasMade) {
  Experiment beside = noisy_experiment();
  beside.corrupted = {1, 4, 3};
  expect_experiment_refused(beside, {"\"corrupted\" beside the corruption noise"});
  Experiment nothing = small_experiment();
  nothing.sites = {};
  expect_experiment_refused(nothing, {"nothing to patch"});
}

TEST(ResolveTarget, GivesTheOneTokenThatATextIs) {
  EXPECT_EQ(resolve_target(" Jones", tokenizer()), testing::kJones);
  EXPECT_EQ(resolve_target("x", tokenizer()), 'x');
  EXPECT_EQ(resolve_target(" ", tokenizer()), ' ');
}

TEST(ResolveTarget, RefusesAnEmptyText) {
  expect_target_refused("", {"a target is empty", "expected the text of one token"});
}

TEST(ResolveTarget, OffersTheVariantWithALeadingSpace) {
  expect_target_refused(
      "Jones", {"\"Jones\" is 5 tokens (`J|o|n|e|s`), expected one", "\" Jones\" is one token"});
}

TEST(ResolveTarget, OffersTheVariantWithoutALeadingSpace) {
  expect_target_refused(" Mi",
                        {"\" Mi\" is 2 tokens (` |Mi`), expected one", "\"Mi\" is one token"});
}

TEST(ResolveTarget, OffersTheFirstTokenWhereNoVariantIsOne) {
  expect_target_refused(" Jonestown", {"(` Jones|t|o|w|n`)", "first token is \" Jones\""});
}

TEST(ResolveTarget, ShowsBytesThatAreNoTextByThemselves) {
  expect_target_refused("é", {"is 2 tokens (`\\xC3|\\xA9`)"});
}

}  // namespace
}  // namespace patchboard
