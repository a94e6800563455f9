// Memory runs out at every allocation of a step, one after the other: what follows is as if nothing
// had happened.

#include <gtest/gtest.h>

#include <optional>

#include "core/lab/lab.h"
#include "core/session/session.h"
#include "tests/core/faults/failing_allocator.h"
#include "tests/core/support/expect_error.h"
#include "tests/core/support/loaded_session.h"
#include "tests/core/support/random_model.h"
#include "tests/core/support/same_rows.h"

namespace patchboard {
namespace {

using testing::expect_error;
using testing::expect_same_bits;
using testing::fail_at_every_allocation;
using testing::LoadedSession;
using testing::random_tokens;

constexpr int kThreads = 2;

std::vector<LabRow> all_rows(Lab& lab) {
  std::vector<LabRow> rows;
  while (!lab.done()) {
    rows.push_back(lab.step());
  }
  return rows;
}

/// A step of the lab that fails at every allocation before it succeeds.
LabRow stubborn_step(Lab& lab) {
  LabRow row;
  const long failures = fail_at_every_allocation([&] { row = lab.step(); }, [] {});
  EXPECT_GT(failures, 10) << "the step took no memory";
  return row;
}

/// A small model, and an experiment that fails in every row before it goes on.
class MemoryRunsOut : public ::testing::Test {
 protected:
  explicit MemoryRunsOut(Index T = 5) {
    experiment_.clean = random_tokens(T, 20, 2);
    experiment_.corrupted = experiment_.clean;
    experiment_.corrupted[0] = (experiment_.corrupted[0] + 1) % 20;
    experiment_.targets = {{3}, {7, 4}};
  }

  void expect_rows_as_if_nothing_happened() {
    Lab fresh(model_, pool_, experiment_);
    const std::vector<LabRow> expected = all_rows(fresh);
    Lab lab(model_, pool_, experiment_);
    for (const LabRow& row : expected) {
      expect_same_bits(stubborn_step(lab), row);
    }
    EXPECT_TRUE(lab.done());
    EXPECT_GE(lab.block_rows_done(), fresh.block_rows_done());
    lab.restart(experiment_);
    EXPECT_EQ(lab.block_rows(), 0.0);
    for (const LabRow& row : expected) {
      expect_same_bits(lab.step(), row);
    }
  }

  Config config_ = testing::small_config(2, 1, 4, 20);
  Gpt2 model_{config_, reference::packed(config_, testing::random_weights(config_, 1))};
  ThreadPool pool_{kThreads};
  Experiment experiment_;
};

TEST(ThreadPool, StopsTheThreadsThatItHasWhereThereIsNoMemoryForTheNext) {
  std::optional<ThreadPool> pool;
  EXPECT_GT(fail_at_every_allocation([&] { pool.emplace(4); }, [] {}), 3);
  EXPECT_EQ(pool->size(), 4);
}

TEST_F(MemoryRunsOut, InAnyRowOfASweepAndTheRowIsStillTheNext) {
  experiment_.sites = {Site::kResidPost, Site::kAttnOut, Site::kK};
  experiment_.directions = {Direction::kDenoising, Direction::kNoising};
  expect_rows_as_if_nothing_happened();
}

TEST_F(MemoryRunsOut, InASampleOfNoiseThatIsNotTheFirst) {
  experiment_.corrupted.clear();
  experiment_.corruption = {.kind = Corruption::Kind::kNoise, .positions = {1}, .samples = 3};
  experiment_.sites = {Site::kMlpOut};
  expect_rows_as_if_nothing_happened();
}

TEST_F(MemoryRunsOut, WhereActivationsAreComputedAgainForAnAblation) {
  experiment_.corrupted.clear();
  experiment_.corruption = {.kind = Corruption::Kind::kMean,
                            .prompts = {random_tokens(5, 20, 3), random_tokens(5, 20, 4)}};
  experiment_.directions = {Direction::kNoising};
  experiment_.sites = {Site::kResidPre, Site::kPattern};
  expect_rows_as_if_nothing_happened();
}

class MemoryRunsOutInTheSecondBatch : public MemoryRunsOut {
 protected:
  MemoryRunsOutInTheSecondBatch() : MemoryRunsOut(45) {}  // 1 035 rows, in batches of 768
};

TEST_F(MemoryRunsOutInTheSecondBatch, AndNoRowOfTheFirstStays) {
  experiment_.targets = {{3}};
  experiment_.region = Region{.layers = {.first = 0, .count = 1}, .positions = {.count = 45}};
  expect_rows_as_if_nothing_happened();
}

TEST_F(MemoryRunsOut, WhereALabStarts) {
  Lab fresh(model_, pool_, experiment_);
  const std::vector<LabRow> expected = all_rows(fresh);
  std::vector<LabRow> rows;
  const long failures = fail_at_every_allocation(
      [&] {
        Lab lab(model_, pool_, experiment_);
        testing::let_allocations_succeed();
        rows = all_rows(lab);
      },
      [] {});
  EXPECT_GT(failures, 50);
  ASSERT_EQ(rows.size(), expected.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    expect_same_bits(rows[i], expected[i]);
  }
}

TEST_F(MemoryRunsOut, WhereALabStartsAgainAndTheExperimentBeforeGoesOn) {
  Experiment next = experiment_;
  next.targets = {{1, 2}, {5}};
  next.sites = {Site::kZ};
  Lab fresh(model_, pool_, experiment_);
  const std::vector<LabRow> expected = all_rows(fresh);
  Lab fresh_next(model_, pool_, next);
  const std::vector<LabRow> expected_next = all_rows(fresh_next);

  Lab lab(model_, pool_, experiment_);
  expect_same_bits(lab.step(), expected[0]);
  bool stepped = false;
  const long failures =
      fail_at_every_allocation([&] { lab.restart(next); },
                               [&] {
                                 if (!stepped) {
                                   expect_same_bits(lab.step(), expected[1]);
                                   stepped = true;
                                 }
                                 EXPECT_EQ(lab.experiment().targets, experiment_.targets);
                               });
  EXPECT_GT(failures, 20);
  for (const LabRow& row : expected_next) {
    expect_same_bits(lab.step(), row);
  }
}

TEST_F(MemoryRunsOut, WhereAnExperimentIsLookedAtClosely) {
  LoadedSession session(kThreads);
  LoadedSession fresh(kThreads);
  Experiment experiment{.clean = session.encode("Mi Jones x"), .corrupted = {}, .targets = {{1}}};
  experiment.corruption = {.kind = Corruption::Kind::kNoise, .positions = {1}, .samples = 2};
  for (Session* each : {static_cast<Session*>(&session), static_cast<Session*>(&fresh)}) {
    each->start(experiment);
  }
  const CellQuestion question{.row = 1, .column = 1, .top = 3, .continuation = 2};
  CellDetails details;
  EXPECT_GT(fail_at_every_allocation([&] { details = session.inspect_cell(question); }, [] {}), 50);
  EXPECT_EQ(details.patched, fresh.inspect_cell(question).patched);

  LogitLens lens;
  EXPECT_GT(
      fail_at_every_allocation([&] { lens = session.logit_lens(RunName::kCorrupted); }, [] {}), 20);
  expect_same_bits(lens.prob, fresh.logit_lens(RunName::kCorrupted).prob);

  Matrix patterns;
  EXPECT_GT(fail_at_every_allocation(
                [&] { patterns = session.attention_patterns(RunName::kCorrupted, 1); }, [] {}),
            5);
  EXPECT_EQ(patterns, fresh.attention_patterns(RunName::kCorrupted, 1));

  const std::string metric = R"({"metric": "logit", "target": 0})";
  std::vector<Matrix> estimates;
  EXPECT_GT(fail_at_every_allocation([&] { estimates = session.estimates(metric); }, [] {}), 50);
  EXPECT_EQ(estimates, fresh.estimates(metric));

  std::vector<SelfCheck> checks;
  EXPECT_GT(fail_at_every_allocation([&] { checks = session.self_checks(); }, [] {}), 50);
  for (const SelfCheck& check : checks) {
    EXPECT_TRUE(check.passed) << check.name << ": " << check.detail;
  }
  const std::vector<LabRow> expected = all_rows(fresh.lab());
  for (const LabRow& row : expected) {
    expect_same_bits(session.lab().step(), row);
  }
}

TEST(MemoryRunsOutInASession, WhereAnExperimentStarts) {
  LoadedSession session(kThreads);
  LoadedSession fresh(kThreads);
  const Experiment experiment{.clean = session.encode("Mi Jones x"),
                              .corrupted = session.encode("Mi Smith x"),
                              .targets = {{1}, {2, 3}}};
  fresh.start(experiment);
  const std::vector<LabRow> expected = all_rows(fresh.lab());
  fail_at_every_allocation([&] { session.start(experiment); },
                           [&] {
                             expect_error(ErrorCode::kState, {"no experiment"},
                                          [&] { static_cast<void>(session.lab()); });
                           });
  for (const LabRow& row : expected) {
    expect_same_bits(session.lab().step(), row);
  }
}

/// After the JSON of config, vocabulary and header, which nlohmann's library reads: its destructor
/// takes memory itself and ends the program where there is none.
TEST(MemoryRunsOutInASession, WhereWeightsAreRead) {
  const testing::SmallModel& small = testing::small_model();
  const auto bytes = std::as_bytes(std::span(small.weights_file));
  std::uint64_t header = 0;
  std::memcpy(&header, bytes.data(), sizeof(header));
  const std::size_t first = sizeof(header) + static_cast<std::size_t>(header);
  const std::size_t part = (bytes.size() - first) / 3;
  LoadedSession fresh(kThreads);
  const std::vector<TokenId> prompt = fresh.encode("Mi Jones x");
  const Vector expected = fresh.logits(prompt);
  Session session(kThreads);
  const auto load = [&] {
    {
      const testing::AllocationsSucceed json;
      session.begin(small.config_text);
      session.set_tokenizer(small.tokenizer);
      session.feed(bytes.first(first));
    }
    for (std::size_t at = first; at < bytes.size(); at += part) {
      const auto size = std::min(part, bytes.size() - at);
      std::ranges::copy(bytes.subspan(at, size), session.reserve(size).begin());
      session.commit(size);
    }
    session.finish();
  };
  const long failures = fail_at_every_allocation(load, [&] {
    expect_error(ErrorCode::kState, {"too early"},
                 [&] { static_cast<void>(session.logits(prompt)); });
  });
  EXPECT_GE(failures, 3) << "most of the memory was taken when the header was read";
  EXPECT_EQ(session.encode("Mi Jones x"), prompt);
  EXPECT_EQ(session.logits(prompt), expected);
}

TEST(MemoryRunsOutInASession, AndBytesThatFollowAFailureAreRefused) {
  const testing::SmallModel& small = testing::small_model();
  const auto bytes = std::as_bytes(std::span(small.weights_file));
  Session session(1);
  session.begin(small.config_text);
  testing::let_allocation_fail(1);
  EXPECT_THROW(session.feed(bytes.first(100)), std::bad_alloc);
  testing::let_allocations_succeed();
  expect_error(ErrorCode::kState, {"no model has begun"},
               [&] { session.feed(bytes.subspan(100)); });
}

TEST(MemoryRunsOutInAThreadPool, OfAnyOfItsThreads) {
  ThreadPool pool(3);
  const auto work = [&] { pool.parallel_for(100, [](Index i) { Matrix(i + 1, 3).setZero(); }); };
  EXPECT_EQ(fail_at_every_allocation(work, [] {}), 100);
}

}  // namespace
}  // namespace patchboard
