#include <gtest/gtest.h>

#include <cmath>

#include "core/lab/lab.h"
#include "core/patching/whole_run.h"
#include "tests/core/reference/naive_gpt2.h"
#include "tests/core/support/random_model.h"
#include "tests/core/support/same_rows.h"

namespace patchboard {
namespace {

using reference::naive_forward;
using reference::NaiveRun;
using reference::packed;
using reference::unpacked;
using testing::random_tokens;
using testing::random_weights;
using testing::small_config;

constexpr double kTolerance = 1e-5;

/// A small model with two prompts that differ at `differences`.
struct SweepOfPair {
  Config config;
  reference::PlainWeights weights;
  Experiment request;

  SweepOfPair(Index n_layer, Index T, const std::vector<Index>& differences)
      : config(small_config(n_layer, 3, 21, 50)), weights(random_weights(config, 1)) {
    request.clean = random_tokens(T, config.vocab_size, 2);
    request.corrupted = request.clean;
    for (const Index position : differences) {
      TokenId& token = request.corrupted[static_cast<std::size_t>(position)];
      token = static_cast<TokenId>((token + 1) % config.vocab_size);
    }
    request.targets = {{0}, {7}, {49}};
  }

  Gpt2 model(WeightFormat format = WeightFormat::kF32) const {
    return {config, packed(config, weights, format)};
  }
};

std::vector<LabRow> all_rows(Lab& sweep) {
  std::vector<LabRow> rows;
  while (!sweep.done()) {
    rows.push_back(sweep.step());
  }
  return rows;
}

void expect_rows_equal_naive_loop(const SweepOfPair& experiment, const std::vector<LabRow>& rows) {
  const auto& [config, weights, request] = experiment;
  const NaiveRun clean = naive_forward(config, weights, request.clean);
  const std::size_t T = request.clean.size();
  for (const LabRow& row : rows) {
    for (std::size_t position = 0; position < T; ++position) {
      const reference::Patch patch{
          .layer = row.layer,
          .position = static_cast<Index>(position),
          .value = clean.resid_post[static_cast<std::size_t>(row.layer)][position]};
      const NaiveRun patched = naive_forward(config, weights, request.corrupted, patch);
      const reference::Row prob = reference::probabilities(patched.logits);
      for (std::size_t target = 0; target < request.targets.size(); ++target) {
        const auto token = static_cast<std::size_t>(request.targets[target].front());
        const std::size_t cell = target * T + position;
        EXPECT_NEAR(row.values.all_of(Measure::kProb)[cell], prob[token], kTolerance)
            << row.layer << ", " << position;
        EXPECT_NEAR(row.values.all_of(Measure::kLogit)[cell], patched.logits[token], 1e-4)
            << row.layer << ", " << position;
      }
    }
  }
}

void expect_equals_naive_loop(const SweepOfPair& experiment, int threads) {
  const Gpt2 model = experiment.model();
  ThreadPool pool(threads);
  Lab sweep(model, pool, experiment.request);
  expect_rows_equal_naive_loop(experiment, all_rows(sweep));
}

TEST(Sweep, EqualsTheNaiveLoopPatchByPatch) { expect_equals_naive_loop(SweepOfPair(4, 9, {2}), 2); }

TEST(Sweep, EqualsTheNaiveLoopWhereThePromptsDifferInManyPlaces) {
  expect_equals_naive_loop(SweepOfPair(3, 8, {0, 3, 7}), 1);
}

TEST(Sweep, EqualsTheNaiveLoopForOnePosition) {
  expect_equals_naive_loop(SweepOfPair(2, 1, {0}), 2);
}

TEST(Sweep, EqualsTheNaiveLoopForOneLayer) { expect_equals_naive_loop(SweepOfPair(1, 6, {1}), 2); }

TEST(Sweep, GivesTheLastLayerFirstAndEachOnce) {
  const SweepOfPair experiment(4, 5, {1});
  const Gpt2 model = experiment.model();
  ThreadPool pool(1);
  Lab sweep(model, pool, experiment.request);
  std::vector<Index> layers;
  for (const LabRow& row : all_rows(sweep)) {
    layers.push_back(row.layer);
  }
  EXPECT_EQ(layers, (std::vector<Index>{3, 2, 1, 0}));
}

TEST(Sweep, LeavesTheCorruptedRunToTheBitBeforeTheFirstDifference) {
  const SweepOfPair experiment(3, 8, {5});
  const Gpt2 model = experiment.model();
  ThreadPool pool(2);
  Lab sweep(model, pool, experiment.request);
  for (const LabRow& row : all_rows(sweep)) {
    for (std::size_t target = 0; target < 3; ++target) {
      for (std::size_t position = 0; position < 5; ++position) {
        EXPECT_EQ(row.values.of(Measure::kProb, target)[position],
                  sweep.corrupted().of(Measure::kProb, target));
        EXPECT_EQ(row.values.of(Measure::kLogit, target)[position],
                  sweep.corrupted().of(Measure::kLogit, target));
      }
    }
  }
}

TEST(Sweep, GivesTheCleanRunAtTheLastLayersLastPosition) {
  const SweepOfPair experiment(3, 8, {5});
  const Gpt2 model = experiment.model();
  ThreadPool pool(2);
  Lab sweep(model, pool, experiment.request);
  const LabRow row = sweep.step();
  ASSERT_EQ(row.layer, 2);
  for (std::size_t target = 0; target < 3; ++target) {
    EXPECT_EQ(row.values.of(Measure::kProb, target)[7], sweep.clean().of(Measure::kProb, target));
    EXPECT_EQ(row.values.of(Measure::kLogit, target)[7], sweep.clean().of(Measure::kLogit, target));
  }
}

TEST(Sweep, GivesTheSameBitsForEveryThreadCount) {
  const SweepOfPair experiment(3, 24, {4});
  const Gpt2 model = experiment.model();
  ThreadPool one(1);
  Lab expected(model, one, experiment.request);
  const std::vector<LabRow> expected_rows = all_rows(expected);
  for (const int threads : {2, 3}) {
    ThreadPool pool(threads);
    Lab sweep(model, pool, experiment.request);
    const std::vector<LabRow> rows = all_rows(sweep);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      testing::expect_same_bits(rows[i].values.all_of(Measure::kProb),
                                expected_rows[i].values.all_of(Measure::kProb));
      testing::expect_same_bits(rows[i].values.all_of(Measure::kLogit),
                                expected_rows[i].values.all_of(Measure::kLogit));
    }
  }
}

TEST(Sweep, EqualsTheNaiveLoopAcrossSeveralBatches) {
  // 64 positions from the first on are 2080 rows, several batches.
  expect_equals_naive_loop(SweepOfPair(2, 64, {0}), 2);
}

TEST(Sweep, CountsTheBlockRowsThatWerePlanned) {
  const SweepOfPair experiment(4, 9, {2});
  const Gpt2 model = experiment.model();
  ThreadPool pool(1);
  Lab sweep(model, pool, experiment.request);
  EXPECT_EQ(sweep.block_rows_done(), 0.0);
  all_rows(sweep);
  EXPECT_EQ(sweep.block_rows_done(), sweep.plan(0).block_rows());
}

TEST(Sweep, EqualsWholePatchedRunsToTheBitInEveryFormat) {
  const SweepOfPair experiment(5, 20, {3, 8});
  for (const auto format : {WeightFormat::kF32, WeightFormat::kF16, WeightFormat::kQ8}) {
    const Gpt2 model = experiment.model(format);
    ThreadPool pool(2);
    const ActivationCache clean = whole_run(model, pool, model.embed(experiment.request.clean), {});
    Lab sweep(model, pool, experiment.request);
    for (const LabRow& row : all_rows(sweep)) {
      for (Index position = 0; position < 20; ++position) {
        const Patch patch{.site = Site::kResidPost,
                          .layers = {.first = row.layer, .count = 1},
                          .positions = {.first = position, .count = 1}};
        const Edit edit{.patch = patch, .source = &clean};
        const ActivationCache patched =
            whole_run(model, pool, model.embed(experiment.request.corrupted), {}, {&edit, 1});
        const Matrix logits = final_logits(model, pool, patched, 1);
        for (std::size_t target = 0; target < 3; ++target) {
          EXPECT_EQ(row.values.of(Measure::kLogit, target)[static_cast<std::size_t>(position)],
                    logits(0, experiment.request.targets[target].front()))
              << row.layer << ", " << position;
        }
      }
    }
  }
}

TEST(Sweep, EqualsTheNaiveLoopOverTheValuesThatF16AndQ8StandFor) {
  const SweepOfPair plain(3, 9, {2});
  for (const auto format : {WeightFormat::kF16, WeightFormat::kQ8}) {
    SweepOfPair rounded = plain;
    rounded.weights = unpacked(plain.config, packed(plain.config, plain.weights, format));
    const Gpt2 model = plain.model(format);
    ThreadPool pool(2);
    Lab sweep(model, pool, plain.request);
    expect_rows_equal_naive_loop(rounded, all_rows(sweep));
  }
}

TEST(Sweep, KnowsEveryRowWhenItStartsAgainWithOtherTargets) {
  SweepOfPair experiment(4, 12, {3});
  const Gpt2 model = experiment.model();
  ThreadPool pool(2);
  Lab sweep(model, pool, experiment.request);
  all_rows(sweep);
  experiment.request.targets = {{5}, {6}};
  sweep.restart(experiment.request);
  EXPECT_EQ(sweep.block_rows(), 0.0);
  EXPECT_EQ(sweep.start_seconds(), 0.0);
  const std::vector<LabRow> rows = all_rows(sweep);
  EXPECT_EQ(sweep.block_rows_done(), 0.0);
  Lab fresh(model, pool, experiment.request);
  const std::vector<LabRow> expected = all_rows(fresh);
  testing::expect_same_bits(sweep.clean().values.values(), fresh.clean().values.values());
  testing::expect_same_bits(sweep.corrupted().values.values(), fresh.corrupted().values.values());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    testing::expect_same_bits(rows[i].values.all_of(Measure::kLogit),
                              expected[i].values.all_of(Measure::kLogit));
    testing::expect_same_bits(rows[i].values.all_of(Measure::kProb),
                              expected[i].values.all_of(Measure::kProb));
    testing::expect_same_bits(rows[i].values.all_of(Measure::kRank),
                              expected[i].values.all_of(Measure::kRank));
  }
}

TEST(Sweep, ContinuesWhereItWasBrokenOff) {
  const SweepOfPair experiment(4, 12, {3});
  const Gpt2 model = experiment.model();
  ThreadPool pool(2);
  Lab sweep(model, pool, experiment.request);
  static_cast<void>(sweep.step());
  static_cast<void>(sweep.step());
  const double done = sweep.block_rows_done();
  sweep.restart(experiment.request);
  EXPECT_EQ(sweep.block_rows(), sweep.plan(0).block_rows() - done);
  expect_rows_equal_naive_loop(experiment, all_rows(sweep));
  EXPECT_EQ(sweep.block_rows_done(), sweep.block_rows());
}

TEST(Sweep, ComputesARegionAndThenTheRest) {
  SweepOfPair experiment(4, 12, {3});
  const Gpt2 model = experiment.model();
  ThreadPool pool(2);
  Lab whole(model, pool, experiment.request);
  const std::vector<LabRow> expected = all_rows(whole);
  experiment.request.region =
      Region{.layers = {.first = 1, .count = 2}, .positions = {.first = 4, .count = 3}};
  Lab sweep(model, pool, experiment.request);
  EXPECT_LT(sweep.block_rows(), sweep.plan(0).block_rows() / 2);
  const std::vector<LabRow> rows = all_rows(sweep);
  ASSERT_EQ(rows.size(), 2U);
  for (const LabRow& row : rows) {
    const LabRow& whole_row = expected[static_cast<std::size_t>(3 - row.layer)];
    for (std::size_t position = 0; position < 12; ++position) {
      if (position >= 4 && position < 7) {
        EXPECT_EQ(row.values.of(Measure::kLogit)[position],
                  whole_row.values.of(Measure::kLogit)[position]);
        EXPECT_EQ(row.values.of(Measure::kKl)[position],
                  whole_row.values.of(Measure::kKl)[position]);
      } else {
        EXPECT_TRUE(std::isnan(row.values.of(Measure::kProb)[position]));
        EXPECT_TRUE(std::isnan(row.values.of(Measure::kKl)[position]));
      }
    }
  }
  const double done = sweep.block_rows_done();
  experiment.request.region.reset();
  sweep.restart(experiment.request);
  EXPECT_NEAR(sweep.block_rows(), sweep.plan(0).block_rows() - done, 1e-9);
  const std::vector<LabRow> all = all_rows(sweep);
  for (std::size_t i = 0; i < all.size(); ++i) {
    testing::expect_same_bits(all[i].values.all_of(Measure::kLogit),
                              expected[i].values.all_of(Measure::kLogit));
  }
}

}  // namespace
}  // namespace patchboard
