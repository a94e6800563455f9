// What an experiment takes is at most what it said before that it would.

#include <gtest/gtest.h>

#include "core/closer/cell.h"
#include "core/closer/logit_lens.h"
#include "core/closer/self_checks.h"
#include "core/lab/estimates.h"
#include "core/lab/lab.h"
#include "core/model/attention.h"
#include "tests/core/faults/failing_allocator.h"
#include "tests/core/support/random_model.h"

namespace patchboard {
namespace {

using testing::random_tokens;

constexpr Index kLength = 40;

class MemoryBound : public ::testing::Test {
 protected:
  MemoryBound() {
    config_ = testing::small_config(4, 4, 128, 300);
    config_.n_positions = kLength + 8;
    model_.emplace(config_, reference::packed(config_, testing::random_weights(config_, 1)));
    experiment_.clean = random_tokens(kLength, 300, 2);
    experiment_.corrupted = random_tokens(kLength, 300, 3);
    experiment_.targets = {{0}, {7}};
    // Of all layers, so that every kind of row is there, but not of all positions.
    experiment_.region =
        Region{.layers = {.first = 0, .count = 4}, .positions = {.first = 0, .count = 3}};
  }

  /// Runs all of it, with no more allowed than it needs. Returns the most that it took.
  std::uint64_t taken_by_all_of_it(std::uint64_t allowed) {
    const long before = testing::taken_bytes();
    static_cast<void>(testing::take_peak_bytes());
    Lab lab(*model_, pool_, experiment_, allowed);
    static_cast<void>(Estimator(*model_, pool_, lab).of({.metric = Metric::kLogitDiff}));
    while (!lab.done()) {
      static_cast<void>(lab.step());
    }
    static_cast<void>(inspect_cell(*model_, pool_, lab, {.row = 1, .column = 1, .sample = 0}));
    static_cast<void>(self_checks(*model_, pool_, lab));
    const std::vector<TokenId> targets = {0};
    static_cast<void>(mean_logit_lens(
        *model_, pool_, lab.samples(),
        [&](Index sample) -> const ActivationCache& {
          return lab.runs().corrupted(sample).keeping({});
        },
        targets));
    return static_cast<std::uint64_t>(testing::take_peak_bytes() - before);
  }

  void expect_bound_holds() {
    const std::uint64_t least = memory_need(config_, experiment_).least;
    const std::uint64_t taken = taken_by_all_of_it(least);
    EXPECT_LE(taken, least);
    // Whoever asks for eight times as much as is taken refuses what could be run.
    EXPECT_GE(8 * taken + (std::uint64_t{16} << 20), least);
  }

  Config config_;
  std::optional<Gpt2> model_;
  ThreadPool pool_{2};
  Experiment experiment_;
};

TEST_F(MemoryBound, HoldsForNoiseHoweverManyItsSamples) {
  experiment_.corrupted.clear();
  experiment_.corruption = {.kind = Corruption::Kind::kNoise, .positions = {1}, .samples = 12};
  experiment_.sites = {Site::kMlpOut, Site::kZ};
  expect_bound_holds();
  const MemoryNeed need = memory_need(config_, experiment_);
  EXPECT_LE(taken_by_all_of_it((need.least + need.most) / 2), (need.least + need.most) / 2);
}

TEST_F(MemoryBound, HoldsForEverySiteInBothDirections) {
  experiment_.sites.assign(all_sites().begin(), all_sites().end());
  experiment_.directions = {Direction::kDenoising, Direction::kNoising};
  expect_bound_holds();
}

TEST_F(MemoryBound, HoldsForPairsOfAQueryAndAKey) {
  experiment_.sites = {Site::kPattern, Site::kAttnScores};
  experiment_.by_position = ByPosition::kPairs;
  expect_bound_holds();
}

TEST_F(MemoryBound, HoldsForContinuations) {
  experiment_.targets = {{0}, {7, 8, 9}, {1, 2}};
  experiment_.sites = {Site::kResidPost};
  expect_bound_holds();
}

TEST_F(MemoryBound, HoldsForMeanAblation) {
  experiment_.corrupted.clear();
  experiment_.corruption = {
      .kind = Corruption::Kind::kMean,
      .prompts = {random_tokens(kLength, 300, 4), random_tokens(kLength, 300, 5)}};
  experiment_.directions = {Direction::kNoising};
  experiment_.sites = {Site::kResidPost, Site::kPattern};
  expect_bound_holds();
}

}  // namespace
}  // namespace patchboard
