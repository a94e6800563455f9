#include "core/patching/sweep.h"

#include <gtest/gtest.h>

#include "tests/core/reference/naive_gpt2.h"
#include "tests/core/support/random_model.h"

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
struct Experiment {
  Config config;
  reference::PlainWeights weights;
  SweepRequest request;

  Experiment(Index n_layer, Index T, const std::vector<Index>& differences)
      : config(small_config(n_layer, 3, 21, 50)), weights(random_weights(config, 1)) {
    request.clean = random_tokens(T, config.vocab_size, 2);
    request.corrupted = request.clean;
    for (const Index position : differences) {
      TokenId& token = request.corrupted[static_cast<std::size_t>(position)];
      token = static_cast<TokenId>((token + 1) % config.vocab_size);
    }
    request.targets = {0, 7, 49};
  }

  Gpt2 model(WeightFormat format = WeightFormat::kF32) const {
    return {config, packed(config, weights, format)};
  }
};

std::vector<SweepRow> all_rows(Sweep& sweep) {
  std::vector<SweepRow> rows;
  while (!sweep.done()) {
    rows.push_back(sweep.step());
  }
  return rows;
}

void expect_rows_equal_naive_loop(const Experiment& experiment, const std::vector<SweepRow>& rows) {
  const auto& [config, weights, request] = experiment;
  const NaiveRun clean = naive_forward(config, weights, request.clean);
  const std::size_t T = request.clean.size();
  for (const SweepRow& row : rows) {
    for (std::size_t position = 0; position < T; ++position) {
      const reference::Patch patch{
          .layer = row.layer,
          .position = static_cast<Index>(position),
          .value = clean.resid_post[static_cast<std::size_t>(row.layer)][position]};
      const NaiveRun patched = naive_forward(config, weights, request.corrupted, patch);
      const reference::Row prob = reference::probabilities(patched.logits);
      for (std::size_t target = 0; target < request.targets.size(); ++target) {
        const auto token = static_cast<std::size_t>(request.targets[target]);
        const std::size_t cell = target * T + position;
        EXPECT_NEAR(row.prob[cell], prob[token], kTolerance) << row.layer << ", " << position;
        EXPECT_NEAR(row.logit[cell], patched.logits[token], 1e-4) << row.layer << ", " << position;
      }
    }
  }
}

void expect_equals_naive_loop(const Experiment& experiment, int threads) {
  const Gpt2 model = experiment.model();
  ThreadPool pool(threads);
  Sweep sweep(model, pool, experiment.request);
  expect_rows_equal_naive_loop(experiment, all_rows(sweep));
}

TEST(Sweep, EqualsTheNaiveLoopPatchByPatch) { expect_equals_naive_loop(Experiment(4, 9, {2}), 2); }

TEST(Sweep, EqualsTheNaiveLoopWhereThePromptsDifferInManyPlaces) {
  expect_equals_naive_loop(Experiment(3, 8, {0, 3, 7}), 1);
}

TEST(Sweep, EqualsTheNaiveLoopForOnePosition) {
  expect_equals_naive_loop(Experiment(2, 1, {0}), 2);
}

TEST(Sweep, EqualsTheNaiveLoopForOneLayer) { expect_equals_naive_loop(Experiment(1, 6, {1}), 2); }

TEST(Sweep, GivesTheLastLayerFirstAndEachOnce) {
  const Experiment experiment(4, 5, {1});
  const Gpt2 model = experiment.model();
  ThreadPool pool(1);
  Sweep sweep(model, pool, experiment.request);
  std::vector<Index> layers;
  for (const SweepRow& row : all_rows(sweep)) {
    layers.push_back(row.layer);
  }
  EXPECT_EQ(layers, (std::vector<Index>{3, 2, 1, 0}));
}

TEST(Sweep, LeavesTheCorruptedRunToTheBitBeforeTheFirstDifference) {
  const Experiment experiment(3, 8, {5});
  const Gpt2 model = experiment.model();
  ThreadPool pool(2);
  Sweep sweep(model, pool, experiment.request);
  for (const SweepRow& row : all_rows(sweep)) {
    for (std::size_t target = 0; target < 3; ++target) {
      for (std::size_t position = 0; position < 5; ++position) {
        EXPECT_EQ(row.prob[target * 8 + position], sweep.corrupted().prob[target]);
        EXPECT_EQ(row.logit[target * 8 + position], sweep.corrupted().logit[target]);
      }
    }
  }
}

TEST(Sweep, GivesTheCleanRunAtTheLastLayersLastPosition) {
  const Experiment experiment(3, 8, {5});
  const Gpt2 model = experiment.model();
  ThreadPool pool(2);
  Sweep sweep(model, pool, experiment.request);
  const SweepRow row = sweep.step();
  ASSERT_EQ(row.layer, 2);
  for (std::size_t target = 0; target < 3; ++target) {
    EXPECT_EQ(row.prob[target * 8 + 7], sweep.clean().prob[target]);
    EXPECT_EQ(row.logit[target * 8 + 7], sweep.clean().logit[target]);
  }
}

TEST(Sweep, GivesTheSameBitsForEveryThreadCount) {
  const Experiment experiment(3, 24, {4});
  const Gpt2 model = experiment.model();
  ThreadPool one(1);
  Sweep expected(model, one, experiment.request);
  const std::vector<SweepRow> expected_rows = all_rows(expected);
  for (const int threads : {2, 3}) {
    ThreadPool pool(threads);
    Sweep sweep(model, pool, experiment.request);
    const std::vector<SweepRow> rows = all_rows(sweep);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      EXPECT_EQ(rows[i].prob, expected_rows[i].prob) << threads << " threads";
      EXPECT_EQ(rows[i].logit, expected_rows[i].logit) << threads << " threads";
    }
  }
}

TEST(Sweep, EqualsTheNaiveLoopAcrossSeveralBatches) {
  // 64 positions from the first on are 2080 rows, five batches.
  const Experiment experiment(2, 64, {0});
  ASSERT_GT(SweepPlan(experiment.config, experiment.request.clean, experiment.request.corrupted)
                .batches(0)
                .size(),
            1U);
  expect_equals_naive_loop(experiment, 2);
}

TEST(Sweep, CountsTheBlockRowsThatWerePlanned) {
  const Experiment experiment(4, 9, {2});
  const Gpt2 model = experiment.model();
  ThreadPool pool(1);
  Sweep sweep(model, pool, experiment.request);
  EXPECT_EQ(sweep.block_rows_done(), 0.0);
  all_rows(sweep);
  EXPECT_EQ(sweep.block_rows_done(), sweep.plan().block_rows());
}

/// The engine's own whole run over all positions with one activation replaced: every block in full.
Vector whole_patched_run(const Gpt2& model, ThreadPool& pool, const ActivationCache& clean,
                         const ActivationCache& corrupted, Index layer, Index position) {
  Matrix x = corrupted[static_cast<std::size_t>(layer)].resid_post;
  x.row(position) = clean[static_cast<std::size_t>(layer)].resid_post.row(position);
  const RowRange all{.row = 0, .position = 0, .count = x.rows()};
  const std::array sequences = {Sequence{.kv = all, .q = all, .wanted = all}};
  for (Index next = layer + 1; next < model.config().n_layer; ++next) {
    model.run_block(pool, next, {.sequences = sequences}, x, x);
  }
  return model.unembed(pool, model.final_norm(pool, x.bottomRows(1))).row(0);
}

TEST(Sweep, EqualsWholePatchedRunsToTheBitInEveryFormat) {
  const Experiment experiment(5, 20, {3, 8});
  for (const auto format : {WeightFormat::kF32, WeightFormat::kF16, WeightFormat::kQ8}) {
    const Gpt2 model = experiment.model(format);
    ThreadPool pool(2);
    ActivationCache clean;
    ActivationCache corrupted;
    static_cast<void>(model.forward(pool, experiment.request.clean, &clean));
    static_cast<void>(model.forward(pool, experiment.request.corrupted, &corrupted));
    Sweep sweep(model, pool, experiment.request);
    for (const SweepRow& row : all_rows(sweep)) {
      for (Index position = 0; position < 20; ++position) {
        const Vector logits = whole_patched_run(model, pool, clean, corrupted, row.layer, position);
        for (std::size_t target = 0; target < 3; ++target) {
          EXPECT_EQ(row.logit[target * 20 + static_cast<std::size_t>(position)],
                    logits[experiment.request.targets[target]])
              << row.layer << ", " << position;
        }
      }
    }
  }
}

TEST(Sweep, EqualsTheNaiveLoopOverTheValuesThatF16AndQ8StandFor) {
  const Experiment plain(3, 9, {2});
  for (const auto format : {WeightFormat::kF16, WeightFormat::kQ8}) {
    Experiment rounded = plain;
    rounded.weights = unpacked(plain.config, packed(plain.config, plain.weights, format));
    const Gpt2 model = plain.model(format);
    ThreadPool pool(2);
    Sweep sweep(model, pool, plain.request);
    expect_rows_equal_naive_loop(rounded, all_rows(sweep));
  }
}

TEST(Sweep, KnowsEveryRowWhenItStartsAgainWithOtherTargets) {
  Experiment experiment(4, 12, {3});
  const Gpt2 model = experiment.model();
  ThreadPool pool(2);
  Sweep sweep(model, pool, experiment.request);
  all_rows(sweep);
  sweep.restart({5, 6});
  EXPECT_EQ(sweep.block_rows(), 0.0);
  const std::vector<SweepRow> rows = all_rows(sweep);
  EXPECT_EQ(sweep.block_rows_done(), 0.0);
  experiment.request.targets = {5, 6};
  Sweep fresh(model, pool, experiment.request);
  const std::vector<SweepRow> expected = all_rows(fresh);
  EXPECT_EQ(sweep.clean().logit, fresh.clean().logit);
  EXPECT_EQ(sweep.corrupted().prob, fresh.corrupted().prob);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i].logit, expected[i].logit);
    EXPECT_EQ(rows[i].prob, expected[i].prob);
  }
}

TEST(Sweep, ContinuesWhereItWasBrokenOff) {
  const Experiment experiment(4, 12, {3});
  const Gpt2 model = experiment.model();
  ThreadPool pool(2);
  Sweep sweep(model, pool, experiment.request);
  static_cast<void>(sweep.step());
  static_cast<void>(sweep.step());
  const double done = sweep.block_rows_done();
  sweep.restart(experiment.request.targets);
  EXPECT_EQ(sweep.block_rows(), sweep.plan().block_rows() - done);
  expect_rows_equal_naive_loop(experiment, all_rows(sweep));
  EXPECT_EQ(sweep.block_rows_done(), sweep.block_rows());
}

}  // namespace
}  // namespace patchboard
