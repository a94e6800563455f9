// Sites that are patched in some layers alone, beside whole sweeps of them.

#include <gtest/gtest.h>

#include "core/lab/estimates.h"
#include "core/lab/lab.h"
#include "core/lab/memory_need.h"
#include "tests/core/support/random_model.h"
#include "tests/core/support/same_rows.h"

namespace patchboard {
namespace {

using testing::expect_same_bits;
using testing::random_tokens;

constexpr Index kLayers = 4;
constexpr Index kHeads = 3;
constexpr Index kLength = 7;

class LayersOfSites : public ::testing::Test {
 protected:
  LayersOfSites() {
    experiment_.clean = random_tokens(kLength, 50, 2);
    experiment_.corrupted = experiment_.clean;
    experiment_.corrupted[2] = (experiment_.corrupted[2] + 1) % 50;
    experiment_.targets = {{0}, {7, 3}};
    experiment_.sites = {Site::kResidPre, Site::kResidPost, Site::kZ};
    experiment_.directions = {Direction::kDenoising, Direction::kNoising};
    some_ = experiment_;
    some_.layers_of_sites = {{Site::kResidPre, {.first = 0, .count = 1}},
                             {Site::kZ, {.first = 1, .count = 2}}};
  }

  static std::vector<LabRow> rows_of(Lab& lab) {
    std::vector<LabRow> rows;
    while (!lab.done()) {
      rows.push_back(lab.step());
    }
    return rows;
  }

  static bool is_asked_for(const LabRow& row) {
    switch (row.sweep / 2) {  // two directions of each site
      case 0:
        return row.layer == 0;
      case 1:
        return true;
      default:
        return row.layer == 1 || row.layer == 2;
    }
  }

  void expect_the_rows_of_whole_sweeps() {
    Lab whole(model_, pool_, experiment_);
    std::vector<LabRow> expected = rows_of(whole);
    std::erase_if(expected, [](const LabRow& row) { return !is_asked_for(row); });
    Lab lab(model_, pool_, some_);
    const std::vector<LabRow> rows = rows_of(lab);
    ASSERT_EQ(rows.size(), expected.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      expect_same_bits(rows[i], expected[i]);
    }
  }

  Config config_ = testing::small_config(kLayers, kHeads, 21, 50);
  Gpt2 model_{config_, reference::packed(config_, testing::random_weights(config_, 1))};
  ThreadPool pool_{2};
  Experiment experiment_;
  Experiment some_;
};

TEST_F(LayersOfSites, GiveTheRowsOfWholeSweepsToTheBit) { expect_the_rows_of_whole_sweeps(); }

TEST_F(LayersOfSites, GiveTheRowsOfHeadsAtPositionsToTheBit) {
  experiment_.by_position = some_.by_position = ByPosition::kEach;
  expect_the_rows_of_whole_sweeps();
}

TEST_F(LayersOfSites, CostTheBlockRowsOfTheirRowsAlone) {
  some_.targets = {{0}};
  Lab lab(model_, pool_, some_);
  double all = 0;
  for (Index sweep = 0; sweep < std::ssize(lab.sweeps()); ++sweep) {
    const SweepPlan& plan = lab.plan(sweep);
    double expected = 0;
    for (Index row = 0; row < plan.rows(); ++row) {
      if (is_asked_for({.sweep = sweep, .layer = plan.layer(row)})) {
        expected += plan.block_rows(row, plan.columns_of(std::nullopt, row));
      }
    }
    EXPECT_NEAR(lab.block_rows(sweep), expected, 1e-9);
    EXPECT_EQ(expected < plan.block_rows(), sweep / 2 != 1) << "all layers are of resid_post alone";
    all += expected;
  }
  EXPECT_NEAR(lab.block_rows(), all, 1e-9);
  rows_of(lab);
  EXPECT_NEAR(lab.block_rows_done(), all, 1e-9);
}

TEST_F(LayersOfSites, AreCountedByTheirCellsInOneRunForEach) {
  some_.targets = experiment_.targets = {{0}};
  Lab whole(model_, pool_, experiment_);
  Lab lab(model_, pool_, some_);
  constexpr std::uint64_t kRun = kLayers * kLength;
  EXPECT_EQ(whole.naive_block_rows(), 2 * kRun * kLayers * (2 * kLength + kHeads));
  EXPECT_EQ(lab.naive_block_rows(), 2 * kRun * (kLength + kLayers * kLength + 2 * kHeads));
}

TEST_F(LayersOfSites, AreThoseThatTheRegionHas) {
  some_.region = Region{.layers = {.first = 2, .count = 2}, .positions = {.first = 3, .count = 2}};
  some_.layers_of_sites[Site::kResidPre] = {.first = 1, .count = 2};
  Lab lab(model_, pool_, some_);
  EXPECT_EQ(lab.layers(0), (Span{.first = 2, .count = 1}));
  EXPECT_EQ(lab.layers(2), (Span{.first = 2, .count = 2}));
  EXPECT_EQ(lab.layers(4), (Span{.first = 2, .count = 1}));
  for (const LabRow& row : rows_of(lab)) {
    EXPECT_TRUE(lab.layers(row.sweep).holds(row.layer));
    if (lab.sweeps()[static_cast<std::size_t>(row.sweep)].site != Site::kZ) {
      EXPECT_EQ(row.computed, (std::vector<std::uint8_t>{0, 0, 0, 1, 1, 0, 0}));
    }
  }
}

TEST_F(LayersOfSites, AreNotComputedAgainWhenTheRestIsAskedFor) {
  Lab whole(model_, pool_, experiment_);
  const std::vector<LabRow> expected = rows_of(whole);
  Lab lab(model_, pool_, some_);
  rows_of(lab);
  const double done = lab.block_rows_done();
  lab.restart(experiment_);
  EXPECT_NEAR(lab.block_rows(), whole.block_rows() - done, 1e-9);
  const std::vector<LabRow> rows = rows_of(lab);
  ASSERT_EQ(rows.size(), expected.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    expect_same_bits(rows[i], expected[i]);
  }
  lab.restart(some_);
  EXPECT_EQ(lab.block_rows(), 0.0);
}

TEST_F(LayersOfSites, NeedRoomForTheirRowsAlone) {
  const MemoryNeed all = memory_need(config_, experiment_);
  const MemoryNeed some = memory_need(config_, some_);
  EXPECT_EQ(some.least, all.least);
  // In each direction, of 3 + 2 layers less, of every cell an end of both answers, once for each of
  // two continuations of which one has two answers.
  const std::uint64_t cells = 2 * (3 * kLength + 2 * kHeads);
  EXPECT_EQ(all.most - some.most, cells * (1 + 2) * 21 * sizeof(float));
}

TEST_F(LayersOfSites, AreEstimatedInAllLayersAsBefore) {
  Lab whole(model_, pool_, experiment_);
  Lab lab(model_, pool_, some_);
  const MetricOfTargets metric{.metric = Metric::kLogitDiff};
  EXPECT_EQ(Estimator(model_, pool_, lab).of(metric), Estimator(model_, pool_, whole).of(metric));
}

}  // namespace
}  // namespace patchboard
