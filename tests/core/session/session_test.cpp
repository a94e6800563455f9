#include "core/session/session.h"

#include <gtest/gtest.h>

#include "tests/core/support/expect_error.h"
#include "tests/core/support/loaded_session.h"
#include "tests/core/support/safetensors_writer.h"
#include "tests/core/support/same_rows.h"

namespace patchboard {
namespace {

using testing::expect_error;
using testing::LoadedSession;
using testing::small_model;
using Ids = std::vector<TokenId>;

Experiment request_of(Ids clean, Ids corrupted, const Ids& targets) {
  Experiment experiment{
      .clean = std::move(clean), .corrupted = std::move(corrupted), .targets = {}};
  for (const TokenId target : targets) {
    experiment.targets.push_back({target});
  }
  return experiment;
}

Gpt2 small_gpt2() {
  return {small_model().config, packed(small_model().config, small_model().weights)};
}

TEST(Session, PredictsTheTopOfTheForwardPass) {
  LoadedSession session(2);
  const Ids ids = session.encode("Mi Jones");
  EXPECT_EQ(ids, (Ids{266, testing::kJones}));
  ThreadPool pool(1);
  const Vector logits = small_gpt2().forward(pool, ids);
  const std::vector<Prediction> expected = top_k(logits, 7);
  const std::vector<Prediction> predicted = session.predict(ids, 7);
  ASSERT_EQ(predicted.size(), 7U);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(predicted[i].token, expected[i].token);
    EXPECT_EQ(predicted[i].logit, expected[i].logit);
    EXPECT_EQ(predicted[i].prob, expected[i].prob);
  }
}

TEST(Session, RefusesPromptsThatTheModelCannotRead) {
  LoadedSession session(1);
  const auto expect_refused = [&](const Ids& ids, std::string_view part) {
    expect_error(ErrorCode::kPrompt, {"prompt: ", part},
                 [&] { static_cast<void>(session.predict(ids, 1)); });
  };
  expect_refused({}, "is empty");
  expect_refused(Ids(65, 1), "65 tokens, but this model reads at most 64");
  expect_refused({270}, "expected 0 to 269");
  EXPECT_EQ(session.predict(Ids(64, 269), 1).size(), 1U);
}

TEST(Session, ShowsATokenAsTextOrAsItsNumber) {
  const LoadedSession session(1);
  EXPECT_EQ(session.token_text(testing::kJones), " Jones");
  EXPECT_EQ(session.token_text(266), "Mi");
  EXPECT_EQ(session.token_text(267), "#267");  // of the model, but not of the tokenizer
  EXPECT_EQ(session.token_text(-1), "#-1");
}

TEST(Session, DecodesTokensTogetherAndSaysWhereTheyAreNoText) {
  const LoadedSession session(1);
  const std::string text = "Mi Jones \xC3\xA9";  // an e with an accent, of two bytes
  const std::vector<TokenId> ids = session.encode(text);
  EXPECT_EQ(session.decode(ids), text);
  ASSERT_EQ(ids.size(), 5U) << "the last character is two tokens";
  expect_error(ErrorCode::kPrompt, {"not UTF-8"},
               [&] { static_cast<void>(session.decode(std::span(ids).first(4))); });
  const std::vector<TokenId> unknown = {260, 100'000};
  expect_error(ErrorCode::kPrompt, {"100000", "vocabulary"},
               [&] { static_cast<void>(session.decode(unknown)); });
}

TEST(Session, ResolvesTargets) {
  const LoadedSession session(1);
  EXPECT_EQ(session.resolve_target(" Smith"), testing::kSmith);
  expect_error(ErrorCode::kTarget, {"\" Smith\" is one token"},
               [&] { static_cast<void>(session.resolve_target("Smith")); });
}

TEST(Session, RunsAnExperimentAsLabDoes) {
  LoadedSession session(2);
  const Experiment request =
      request_of(session.encode("Mi Jones x Mi"), session.encode("Mi Smith x Mi"), {260, 265});
  const Gpt2 model = small_gpt2();
  ThreadPool pool(1);
  Lab expected(model, pool, request);
  Lab& sweep = session.start(request);
  EXPECT_EQ(&session.lab(), &sweep);
  while (!expected.done()) {
    ASSERT_FALSE(sweep.done());
    const LabRow row = sweep.step();
    const LabRow expected_row = expected.step();
    EXPECT_EQ(row.layer, expected_row.layer);
    testing::expect_same_bits(row.values.all_of(Measure::kProb),
                              expected_row.values.all_of(Measure::kProb));
    testing::expect_same_bits(row.values.all_of(Measure::kLogit),
                              expected_row.values.all_of(Measure::kLogit));
  }
  EXPECT_TRUE(sweep.done());
  testing::expect_same_bits(sweep.clean().values.values(), expected.clean().values.values());
  testing::expect_same_bits(sweep.corrupted().values.values(),
                            expected.corrupted().values.values());
}

TEST(Session, ComputesNoRowTwiceForTheSamePrompts) {
  LoadedSession session(1);
  expect_error(ErrorCode::kState, {"no experiment was started"},
               [&] { static_cast<void>(session.lab()); });
  const double all = session.start(request_of({1, 2}, {3, 2}, {4})).block_rows();
  for (int row = 0; row < 2; ++row) {
    static_cast<void>(session.lab().step());
  }
  const double done = session.lab().block_rows_done();
  EXPECT_GT(done, 0.0);
  EXPECT_EQ(session.start(request_of({1, 2}, {3, 2}, {5, 4})).block_rows(), all - done);
  EXPECT_EQ(session.lab().experiment().targets, (std::vector<Ids>{{5}, {4}}));
  EXPECT_EQ(session.start(request_of({1, 2}, {3, 1}, {4})).block_rows(), all);
  EXPECT_EQ(session.start(request_of({1, 2}, {3, 2}, {4})).block_rows(), all);
  EXPECT_GT(session.lab().start_block_rows(), 0.0);
}

TEST(Session, RefusesSweepsThatCannotBeRun) {
  LoadedSession session(1);
  const auto expect_refused = [&](ErrorCode code, Experiment request,
                                  std::initializer_list<std::string_view> parts) {
    expect_error(code, parts, [&] { session.start(std::move(request)); });
  };
  expect_refused(ErrorCode::kPrompt, request_of({}, {1}, {2}), {"clean prompt: is empty"});
  expect_refused(ErrorCode::kPrompt, request_of({1}, {}, {2}), {"corrupted prompt: is empty"});
  expect_refused(ErrorCode::kPrompt, request_of(Ids(65, 1), Ids(65, 2), {2}),
                 {"clean prompt: 65 tokens", "at most 64"});
  expect_refused(ErrorCode::kPrompt, request_of({1}, {300}, {2}),
                 {"corrupted prompt: token id 300", "expected 0 to 269"});
  expect_refused(ErrorCode::kPrompt, request_of({1, 2}, {1, 2}, {2}), {"the same"});
  expect_refused(ErrorCode::kPrompt, request_of({'a', 260}, {'a', 'b', 'c'}, {2}),
                 {"clean has 2, corrupted 3", "` Jones`", "`b|c`"});
  expect_refused(ErrorCode::kTarget, request_of({1}, {2}, {}), {"no target"});
  expect_refused(ErrorCode::kTarget, request_of({1}, {2}, {3, 270}),
                 {"target id 270", "expected 0 to 269"});
  expect_refused(ErrorCode::kTarget, request_of({1}, {2}, {-1}), {"target id -1"});
  expect_error(ErrorCode::kState, {"no experiment"}, [&] { static_cast<void>(session.lab()); });
}

TEST(Session, RefusesWhatIsNotThereInThePromptOrTheModel) {
  LoadedSession session(1);
  const auto expect_refused = [&](const auto& change,
                                  std::initializer_list<std::string_view> parts) {
    Experiment experiment = request_of({1, 2}, {3, 2}, {4});
    change(experiment);
    expect_error(ErrorCode::kExperiment, parts, [&] { session.start(std::move(experiment)); });
  };
  expect_refused(
      [](Experiment& e) {
        e.region =
            Region{.layers = {.first = 0, .count = 4}, .positions = {.first = 0, .count = 1}};
      },
      {"\"region.layers\": [0, 4]", "at most 3"});
  expect_refused(
      [](Experiment& e) {
        e.region =
            Region{.layers = {.first = 0, .count = 1}, .positions = {.first = 2, .count = 1}};
      },
      {"\"region.positions\": [2, 3]", "at most 2"});
  expect_refused(
      [](Experiment& e) {
        e.corrupted = {};
        e.corruption = {.kind = Corruption::Kind::kNoise, .positions = {2}};
      },
      {"\"corruption.positions\": 2", "0 to 1"});
  expect_refused(
      [](Experiment& e) {
        e.corrupted = {};
        e.directions = {Direction::kNoising};
        e.corruption = {.kind = Corruption::Kind::kMean, .prompts = {{1, 2}, {1}}};
      },
      {"\"corruption.prompts[1]\": 1 token", "expected as many as the clean prompt has, 2"});
  Experiment long_target = request_of({1, 2}, {3, 2}, {});
  long_target.targets = {Ids(64, 1)};
  expect_error(ErrorCode::kPrompt, {"65 tokens together", "at most 64"},
               [&] { session.start(std::move(long_target)); });
}

TEST(Session, MeasuresOneRunAsAnExperimentDoes) {
  LoadedSession session(2);
  Experiment experiment = request_of({1, 2, 3}, {1, 5, 3}, {});
  experiment.targets = {{260}, {7, 8, 9}};
  const Measures expected = session.start(experiment).clean();
  const Measures alone = session.measure(Ids{1, 2, 3}, experiment.targets);
  EXPECT_EQ(alone.of(Measure::kProb), expected.of(Measure::kProb));
  EXPECT_EQ(alone.of(Measure::kRank), expected.of(Measure::kRank));
  EXPECT_EQ(alone.of(Measure::kKl), 0.0F);
}

TEST(Session, RefusesWeightsWhoseLogitsAreNotFinite) {
  reference::PlainWeights weights = small_model().weights;
  weights.ln_f.weight.setConstant(3e38F);  // finite by itself
  const std::string file = testing::safetensors_file(testing::published_tensors(weights));
  Session session(1);
  session.begin(small_model().config_text);
  session.feed(std::as_bytes(std::span(file)));
  session.finish();
  expect_error(ErrorCode::kWeights, {"not finite"},
               [&] { static_cast<void>(session.predict(Ids{1}, 1)); });
  expect_error(ErrorCode::kWeights, {"not finite"},
               [&] { session.start(request_of({1}, {2}, {3})); });
  expect_error(ErrorCode::kState, {"no experiment"}, [&] { static_cast<void>(session.lab()); });
}

}  // namespace
}  // namespace patchboard
