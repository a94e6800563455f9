// Session from begin to finish: the order of calls, and beginning again.

#include <gtest/gtest.h>

#include <algorithm>

#include "core/session/session.h"
#include "tests/core/support/expect_error.h"
#include "tests/core/support/safetensors_writer.h"
#include "tests/core/support/small_model.h"

namespace patchboard {
namespace {

using testing::expect_error;
using testing::small_model;
using Ids = std::vector<TokenId>;

void set_small_tokenizer(Session& session) { session.set_tokenizer(small_model().tokenizer); }

void feed(Session& session, std::string_view bytes) {
  session.feed(std::as_bytes(std::span(bytes)));
}

void load_small_model(Session& session) {
  session.begin(small_model().config_text);
  set_small_tokenizer(session);
  feed(session, small_model().weights_file);
  session.finish();
}

void expect_too_early(const std::function<void()>& call) {
  expect_error(ErrorCode::kState, {"too early"}, call);
}

/// Every call that needs a whole model.
void expect_no_model(Session& session) {
  expect_too_early([&] { static_cast<void>(session.predict(Ids{1}, 1)); });
  expect_too_early([&] { session.start({.clean = {1}, .corrupted = {2}, .targets = {{3}}}); });
  expect_too_early([&] { static_cast<void>(session.lab()); });
}

TEST(SessionLoading, EveryCallBeforeBeginIsTooEarly) {
  Session session(1);
  expect_too_early([&] { set_small_tokenizer(session); });
  expect_too_early([&] { feed(session, "x"); });
  expect_too_early([&] { session.commit(1); });
  expect_too_early([&] { session.finish(); });
  expect_too_early([&] { static_cast<void>(session.config()); });
  expect_too_early([&] { static_cast<void>(session.encode("x")); });
  expect_too_early([&] { static_cast<void>(session.resolve_target("x")); });
  expect_no_model(session);
}

TEST(SessionLoading, RunsAreTooEarlyUntilFinish) {
  Session session(1);
  session.begin(small_model().config_text);
  expect_no_model(session);
  feed(session, small_model().weights_file);
  expect_no_model(session);
  session.finish();
  EXPECT_EQ(session.predict(Ids{1}, 1).size(), 1U);
}

TEST(SessionLoading, NothingCanBeFedAfterFinish) {
  Session session(1);
  load_small_model(session);
  expect_too_early([&] { feed(session, "x"); });
  expect_too_early([&] { session.commit(1); });
  expect_too_early([&] { session.finish(); });
}

TEST(SessionLoading, FinishRefusesWeightsThatEndEarly) {
  Session session(1);
  session.begin(small_model().config_text);
  feed(session, std::string_view(small_model().weights_file).substr(0, 5000));
  expect_error(ErrorCode::kWeights, {"the file ends at byte 5000"}, [&] { session.finish(); });
  expect_no_model(session);
}

TEST(SessionLoading, CanBeginAgainAfterEveryKindOfError) {
  Session session(1);
  expect_error(ErrorCode::kConfig, {"n_layer"}, [&] { session.begin("{}"); });
  load_small_model(session);
  session.begin(small_model().config_text);
  expect_error(ErrorCode::kWeights, {"safetensors"}, [&] { feed(session, std::string(8, 'x')); });
  load_small_model(session);
  session.begin(small_model().config_text);
  expect_error(ErrorCode::kTokenizer, {"vocab.json"},
               [&] { session.set_tokenizer({.vocab_json = "[]", .merges_txt = ""}); });
  load_small_model(session);
  EXPECT_EQ(session.predict(Ids{1}, 1).size(), 1U);
}

TEST(SessionLoading, BeginForgetsTheModelBefore) {
  Session session(1);
  load_small_model(session);
  session.start({.clean = {1}, .corrupted = {2}, .targets = {{3}}});
  session.begin(small_model().config_text);
  expect_no_model(session);
  expect_too_early([&] { static_cast<void>(session.encode("x")); });
}

TEST(SessionLoading, ABeginThatFailsForgetsTheModelBeforeToo) {
  Session session(1);
  load_small_model(session);
  expect_error(ErrorCode::kConfig, {"JSON"}, [&] { session.begin("not a config"); });
  expect_no_model(session);
  expect_too_early([&] { static_cast<void>(session.config()); });
  expect_too_early([&] { set_small_tokenizer(session); });
  expect_too_early([&] { feed(session, "x"); });
}

TEST(SessionLoading, GivesTheSameModelThroughReserveAndCommit) {
  Session fed(1);
  load_small_model(fed);
  Session committed(1);
  committed.begin(small_model().config_text);
  std::string_view rest = small_model().weights_file;
  for (std::size_t size = 1; !rest.empty(); size = size * 3 + 1) {
    const std::span<std::byte> room = committed.reserve(size);
    ASSERT_EQ(room.size(), size);
    const std::string_view piece = rest.substr(0, size);  // the last one is shorter than its room
    std::ranges::copy(std::as_bytes(std::span(piece)), room.begin());
    committed.commit(piece.size());
    rest.remove_prefix(piece.size());
  }
  committed.finish();
  const auto expected = fed.predict(Ids{1, 2}, 5);
  const auto predicted = committed.predict(Ids{1, 2}, 5);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(predicted[i].token, expected[i].token);
    EXPECT_EQ(predicted[i].logit, expected[i].logit);
  }
}

TEST(SessionLoading, RefusesToCommitMoreThanWasReserved) {
  Session session(1);
  session.begin(small_model().config_text);
  static_cast<void>(session.reserve(10));
  expect_error(ErrorCode::kState, {"11 bytes to commit", "10 reserved"},
               [&] { session.commit(11); });
}

TEST(SessionLoading, RefusesATokenizerLargerThanTheModel) {
  Config config = small_model().config;
  Session session(1);
  config.vocab_size = testing::kSmallTokenizerSize - 1;
  session.begin(testing::config_json(config));
  expect_error(ErrorCode::kTokenizer, {"vocab.json: ids up to 266", "vocab_size 266"},
               [&] { set_small_tokenizer(session); });
  config.vocab_size = testing::kSmallTokenizerSize;
  session.begin(testing::config_json(config));
  set_small_tokenizer(session);
  EXPECT_EQ(session.encode(" Jones"), Ids{testing::kJones});
}

TEST(SessionLoading, NeedsNoTokenizerForIds) {
  Session session(1);
  session.begin(small_model().config_text);
  feed(session, small_model().weights_file);
  session.finish();
  EXPECT_EQ(session.predict(Ids{5, 6}, 3).size(), 3U);
  session.start({.clean = {5, 6}, .corrupted = {7, 6}, .targets = {{8}}});
  expect_error(ErrorCode::kState, {"no tokenizer"},
               [&] { static_cast<void>(session.encode("x")); });
  expect_error(ErrorCode::kState, {"no tokenizer"},
               [&] { static_cast<void>(session.resolve_target("x")); });
  EXPECT_EQ(session.token_text(5), "#5");
}

}  // namespace
}  // namespace patchboard
