#include "core/lab/memory_need.h"

#include <gtest/gtest.h>

#include "core/closer/cell.h"
#include "core/lab/estimates.h"
#include "core/lab/lab.h"
#include "core/session/session.h"
#include "tests/core/support/expect_error.h"
#include "tests/core/support/loaded_session.h"
#include "tests/core/support/random_model.h"
#include "tests/core/support/same_rows.h"

namespace patchboard {
namespace {

using testing::expect_error;
using testing::expect_same_bits;
using testing::random_tokens;

class MemoryNeedTest : public ::testing::Test {
 protected:
  MemoryNeedTest() {
    experiment_.clean = random_tokens(7, 50, 2);
    experiment_.targets = {{0}, {7, 3}};
    experiment_.sites = {Site::kResidPost, Site::kV};
    experiment_.directions = {Direction::kDenoising, Direction::kNoising};
    experiment_.corruption = {.kind = Corruption::Kind::kNoise, .positions = {1}, .samples = 3};
  }

  std::uint64_t least() const { return memory_need(config_, experiment_).least; }

  /// At least: the residual stream after each layer.
  std::uint64_t cache_of_a_sample() const { return 3U * 7 * 21 * sizeof(float); }

  void expect_same_rows(Lab& lab, Lab& fresh) {
    while (!fresh.done()) {
      ASSERT_FALSE(lab.done());
      expect_same_bits(lab.step(), fresh.step());
    }
    EXPECT_TRUE(lab.done());
  }

  Config config_ = testing::small_config(3, 3, 21, 50);
  Gpt2 model_{config_, reference::packed(config_, testing::random_weights(config_, 1))};
  ThreadPool pool_{2};
  Experiment experiment_;
};

TEST_F(MemoryNeedTest, WithNoRoomToHoldAnythingEveryRowIsTheSameToTheBit) {
  Lab tight(model_, pool_, experiment_, least());
  Lab fresh(model_, pool_, experiment_);
  expect_same_rows(tight, fresh);
  EXPECT_EQ(tight.block_rows_done(), fresh.block_rows_done());
  EXPECT_EQ(tight.kept_bytes(), 0U);
  EXPECT_GT(fresh.kept_bytes(), 0U);
}

TEST_F(MemoryNeedTest, WithLittleRoomSomeIsHeldAndOtherTargetsAreTheSameToTheBit) {
  constexpr std::uint64_t kRoom = 30'000;
  Lab tight(model_, pool_, experiment_, least() + kRoom);
  Lab fresh(model_, pool_, experiment_);
  expect_same_rows(tight, fresh);
  EXPECT_GT(tight.kept_bytes(), 0U);
  EXPECT_LE(tight.kept_bytes(), kRoom);
  EXPECT_GT(fresh.kept_bytes(), kRoom);
  experiment_.targets = {{5}};
  experiment_.sites = {Site::kAttnOut};
  tight.restart(experiment_);
  fresh.restart(experiment_);
  expect_same_rows(tight, fresh);
  EXPECT_LE(tight.kept_bytes(), kRoom);
}

TEST_F(MemoryNeedTest, WithRoomForAllOfItNothingIsComputedTwice) {
  Lab lab(model_, pool_, experiment_, memory_need(config_, experiment_).most);
  while (!lab.done()) {
    static_cast<void>(lab.step());
  }
  experiment_.targets = {{5}, {7, 4}};
  lab.restart(experiment_);
  EXPECT_LE(lab.block_rows(), lab.naive_block_rows());
  experiment_.targets = {{9}};
  lab.restart(experiment_);
  EXPECT_EQ(lab.block_rows(), 0.0);
}

TEST_F(MemoryNeedTest, OfCellsAndEstimatesIsTheSameToTheBit) {
  Lab tight(model_, pool_, experiment_, least());
  Lab fresh(model_, pool_, experiment_);
  const CellQuestion question{.row = 1, .column = 1, .top = 5, .continuation = 2};
  const CellDetails a = inspect_cell(model_, pool_, tight, question);
  const CellDetails b = inspect_cell(model_, pool_, fresh, question);
  EXPECT_EQ(a.patched, b.patched);
  EXPECT_EQ(a.top.front().prob, b.top.front().prob);
  EXPECT_EQ(Estimator(model_, pool_, tight).of({.metric = Metric::kLogit}),
            Estimator(model_, pool_, fresh).of({.metric = Metric::kLogit}));
}

TEST_F(MemoryNeedTest, DoesNotGrowWithSamplesButByTheirFinalRows) {
  const std::uint64_t few = least();
  experiment_.corruption.samples = 1003;
  const std::uint64_t many = least();
  // 1 000 more samples, of two groups, with at most two answers each.
  EXPECT_LE(many - few, 1000U * 2 * 2 * 21 * sizeof(float));
  EXPECT_GT(memory_need(config_, experiment_).most - many, 1000U * cache_of_a_sample());
}

TEST_F(MemoryNeedTest, OfWhatIsTooMuchSaysWhatWouldBeLess) {
  const Config gpt2{.n_layer = 12,
                    .n_head = 12,
                    .d_model = 768,
                    .d_mlp = 3072,
                    .vocab_size = 50257,
                    .n_positions = 1024};
  Experiment experiment{.clean = random_tokens(1000, 50257, 2),
                        .corrupted = random_tokens(1000, 50257, 3),
                        .targets = {{0}},
                        .sites = {Site::kResidPost, Site::kPattern}};
  const std::uint64_t needed = memory_need(gpt2, experiment).least;
  EXPECT_GT(needed, 2 * std::uint64_t{12} * 12 * 1000 * 1000 * sizeof(float));
  require_memory(gpt2, experiment, needed);
  expect_error(ErrorCode::kMemory, {megabytes(needed), "1.5 GB", "without pattern it would need"},
               [&] { require_memory(gpt2, experiment, 1'500'000'000); });
  experiment.sites = {Site::kResidPost};
  expect_error(ErrorCode::kMemory, {"200 MB", "with prompts of", "tokens it would need"},
               [&] { require_memory(gpt2, experiment, 200'000'000); });
  expect_error(ErrorCode::kMemory, {"1 MB", "f16 or q8_0"},
               [&] { require_memory(gpt2, experiment, 1'000'000); });
}

TEST(MemoryOfASession, IsRefusedBeforeAnythingIsRun) {
  const testing::SmallModel& small = testing::small_model();
  Session session(1, 1'000'000);
  session.begin(small.config_text);
  session.set_tokenizer(small.tokenizer);
  session.feed(std::as_bytes(std::span(small.weights_file)));
  session.finish();
  const Experiment experiment{.clean = session.encode("Mi Jones x"),
                              .corrupted = session.encode("Mi Smith x"),
                              .targets = {{1}}};
  EXPECT_GT(session.memory_need(experiment).least, session.memory_allowed());
  expect_error(ErrorCode::kMemory, {"this experiment needs", "beside the weights"},
               [&] { session.start(experiment); });
}

}  // namespace
}  // namespace patchboard
