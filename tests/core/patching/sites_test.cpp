// Every site, direction and shape of a patch, against whole runs with the activation replaced.

#include <gtest/gtest.h>

#include <cmath>

#include "core/closer/self_checks.h"
#include "core/lab/lab.h"
#include "core/patching/patched_runs.h"
#include "core/patching/whole_run.h"
#include "tests/core/support/random_model.h"

namespace patchboard {
namespace {

using testing::random_tokens;
using testing::small_config;

constexpr Index kLayers = 4;
constexpr Index kHeads = 3;
constexpr Index kLength = 9;
const Kept kAll = kept_of_all();

class Sites : public ::testing::Test {
 protected:
  Sites() {
    experiment_.clean = random_tokens(kLength, 50, 2);
    experiment_.corrupted = experiment_.clean;
    experiment_.corrupted[2] = (experiment_.corrupted[2] + 1) % 50;
    experiment_.corrupted[5] = (experiment_.corrupted[5] + 3) % 50;
    experiment_.targets = {{0}, {7}};
    experiment_.sites.assign(all_sites().begin(), all_sites().end());
    experiment_.directions = {Direction::kDenoising, Direction::kNoising};
  }

  /// The logits of the run with the patch, as plainly as it can be computed.
  Vector whole_logits(Lab& lab, const SweepSettings& settings, const Patch& patch) {
    Runs& runs = lab.runs();
    const ActivationCache& source = runs.source(settings.direction, 0, kAll);
    const ActivationCache& base = runs.base(settings.direction, 0, {});
    const Edit edit{.patch = patch, .source = &source};
    const ActivationCache run = whole_run(model_, pool_, base.embedding, {}, {&edit, 1});
    return final_logits(model_, pool_, run, 1).row(0);
  }

  void expect_every_cell_is_a_whole_run() {
    Lab lab(model_, pool_, experiment_);
    Index rows = 0;
    while (!lab.done()) {
      const LabRow row = lab.step();
      ++rows;
      const SweepPlan& plan = lab.plan(row.sweep);
      const Index index = row.head < 0 ? row.layer : row.layer * kHeads + row.head;
      for (Index column = 0; column < plan.columns(); ++column) {
        const bool wanted = plan.in_region(lab.region(row.sweep), index, column);
        EXPECT_EQ(row.computed[static_cast<std::size_t>(column)], wanted ? 1 : 0);
        if (!wanted) {
          EXPECT_TRUE(std::isnan(row.values.of(Measure::kKl)[static_cast<std::size_t>(column)]));
          continue;
        }
        const Vector logits = whole_logits(lab, plan.settings(), plan.patch(index, column));
        for (std::size_t target = 0; target < experiment_.targets.size(); ++target) {
          const auto cell =
              target * static_cast<std::size_t>(plan.columns()) + static_cast<std::size_t>(column);
          EXPECT_EQ(row.values.all_of(Measure::kLogit)[cell],
                    logits[experiment_.targets[target].front()])
              << site_name(plan.settings().site) << ", "
              << direction_name(plan.settings().direction) << ", row " << index << ", column "
              << column;
        }
      }
    }
    EXPECT_GT(rows, 0);
  }

  Config config_ = small_config(kLayers, kHeads, 21, 50);
  Gpt2 model_{config_, reference::packed(config_, testing::random_weights(config_, 1))};
  ThreadPool pool_{2};
  Experiment experiment_;
};

TEST_F(Sites, EverySiteInBothDirectionsIsAWholeRun) { expect_every_cell_is_a_whole_run(); }

TEST_F(Sites, EveryHeadAtEveryPositionIsAWholeRun) {
  experiment_.by_position = ByPosition::kEach;
  experiment_.sites = {Site::kZ, Site::kQ, Site::kK, Site::kV, Site::kPattern, Site::kAttnScores};
  expect_every_cell_is_a_whole_run();
}

TEST_F(Sites, EveryQueryAndKeyIsAWholeRun) {
  experiment_.by_position = ByPosition::kPairs;
  experiment_.sites = {Site::kPattern, Site::kAttnScores};
  expect_every_cell_is_a_whole_run();
  experiment_.region =
      Region{.layers = {.first = 1, .count = 2}, .positions = {.first = 3, .count = 2}};
  expect_every_cell_is_a_whole_run();
}

TEST_F(Sites, AllKeysOfAQueryAreItsRow) {
  Lab lab(model_, pool_, experiment_);
  for (const Site site : {Site::kPattern, Site::kAttnScores}) {
    Patch patch{.site = site,
                .layers = {.first = 1, .count = 1},
                .heads = {.first = 1, .count = 1},
                .positions = {.first = 6, .count = 1}};
    const Vector row = whole_logits(lab, {}, patch);
    patch.keys = {.first = 0, .count = 7};
    EXPECT_EQ(whole_logits(lab, {}, patch), row);
    patch.keys = {.first = 7, .count = 2};  // later than the query
    EXPECT_EQ(whole_logits(lab, {}, patch), lab.corrupted_answer().logit);
  }
}

TEST_F(Sites, WindowsOfLayersAndSpansOfPositionsAreWholeRuns) {
  experiment_.sites = {Site::kResidPre, Site::kResidMid, Site::kResidPost,
                       Site::kAttnOut,  Site::kMlpOut,   Site::kMlpPost};
  for (const Index window : {2, 3, 9}) {
    experiment_.window = window;
    experiment_.span = window - 1;
    expect_every_cell_is_a_whole_run();
  }
}

TEST_F(Sites, SpansOfHeadsAreWholeRuns) {
  experiment_.by_position = ByPosition::kEach;
  experiment_.span = 3;
  experiment_.sites = {Site::kQ, Site::kK, Site::kPattern, Site::kAttnScores};
  expect_every_cell_is_a_whole_run();
}

TEST_F(Sites, OfSomeLayersAloneAreWholeRuns) {
  experiment_.sites = {Site::kResidPre, Site::kMlpOut, Site::kZ};
  experiment_.layers_of_sites = {{Site::kResidPre, {.first = 0, .count = 1}},
                                 {Site::kZ, {.first = 2, .count = 2}}};
  expect_every_cell_is_a_whole_run();
  experiment_.region =
      Region{.layers = {.first = 0, .count = 3}, .positions = {.first = 3, .count = 4}};
  expect_every_cell_is_a_whole_run();
  experiment_.sites = {Site::kResidPre, Site::kMlpOut};
  experiment_.window = 2;
  expect_every_cell_is_a_whole_run();
}

TEST_F(Sites, ZeroAndMeanAblationsAreWholeRuns) {
  experiment_.corrupted.clear();
  experiment_.directions = {Direction::kNoising};
  experiment_.corruption.kind = Corruption::Kind::kZero;
  expect_every_cell_is_a_whole_run();
  experiment_.corruption.kind = Corruption::Kind::kMean;
  experiment_.corruption.prompts = {random_tokens(kLength, 50, 8), random_tokens(kLength, 50, 9)};
  expect_every_cell_is_a_whole_run();
}

TEST_F(Sites, NoiseIsAWholeRunAndItsSamplesAreAveraged) {
  experiment_.corrupted.clear();
  experiment_.corruption = {.kind = Corruption::Kind::kNoise, .positions = {1, 3}, .seed = 4};
  expect_every_cell_is_a_whole_run();

  experiment_.sites = {Site::kMlpOut};
  experiment_.directions = {Direction::kDenoising};
  experiment_.corruption.samples = 3;
  Lab averaged(model_, pool_, experiment_);
  while (!averaged.done()) {
    const LabRow row = averaged.step();
    for (Index column = 0; column < kLength; ++column) {
      double sum = 0;
      for (Index sample = 0; sample < 3; ++sample) {
        Runs& runs = averaged.runs();
        const Patch patch = averaged.plan(0).patch(row.layer, column);
        const Edit edit{.patch = patch,
                        .source = &runs.source(Direction::kDenoising, sample, kAll)};
        const ActivationCache run = whole_run(
            model_, pool_, runs.base(Direction::kDenoising, sample, {}).embedding, {}, {&edit, 1});
        sum += static_cast<double>(final_logits(model_, pool_, run, 1)(0, 0));
      }
      EXPECT_NEAR(row.values.of(Measure::kLogit)[static_cast<std::size_t>(column)], sum / 3, 1e-5);
    }
  }
}

TEST_F(Sites, NoiseHasTheDeviationThatItNames) {
  Corruption noise{.kind = Corruption::Kind::kNoise, .positions = {0, 1, 2, 3, 4, 5, 6, 7, 8}};
  const Matrix zeros = Matrix::Zero(9, 2000);
  const Matrix noisy = noised(zeros, noise, 0.5, 0);
  EXPECT_NEAR(std::sqrt(noisy.array().square().mean()), 0.5, 0.01);
  EXPECT_NEAR(noisy.mean(), 0.0, 0.02);
  EXPECT_EQ(noised(zeros, noise, 0.5, 0), noisy);
  EXPECT_NE(noised(zeros, noise, 0.5, 1), noisy);
  noise.positions = {4};
  const Matrix one_row = noised(zeros, noise, 0.5, 0);
  EXPECT_EQ(one_row.row(3).cwiseAbs().maxCoeff(), 0.0F);
}

TEST_F(Sites, TheZOfAllHeadsIsAttnOut) {
  Lab lab(model_, pool_, experiment_);
  const SweepSettings settings{.direction = Direction::kDenoising};
  for (Index layer = 0; layer < kLayers; ++layer) {
    Patch patch{.site = Site::kZ,
                .layers = {.first = layer, .count = 1},
                .heads = {.first = 0, .count = kHeads},
                .positions = {.first = 0, .count = kLength}};
    const Vector heads = whole_logits(lab, settings, patch);
    patch.site = Site::kAttnOut;
    EXPECT_EQ(heads, whole_logits(lab, settings, patch)) << layer;
  }
}

TEST_F(Sites, AllPositionsOfTheFirstResidPreAreTheOtherRun) {
  Lab lab(model_, pool_, experiment_);
  const Patch patch{.site = Site::kResidPre,
                    .layers = {.first = 0, .count = 1},
                    .positions = {.first = 0, .count = kLength}};
  EXPECT_EQ(whole_logits(lab, {.direction = Direction::kDenoising}, patch),
            lab.clean_answer().logit);
  EXPECT_EQ(whole_logits(lab, {.direction = Direction::kNoising}, patch),
            lab.corrupted_answer().logit);
}

TEST_F(Sites, APairOfAllSitesPassesItsOwnChecks) {
  Lab lab(model_, pool_, experiment_);
  const std::vector<SelfCheck> checks = self_checks(model_, pool_, lab);
  EXPECT_EQ(checks.size(), 2 + 3 * 24U);
  for (const SelfCheck& check : checks) {
    EXPECT_TRUE(check.passed) << check.name << ": " << check.detail;
  }
}

TEST_F(Sites, AContinuationIsMeasuredTokenAfterToken) {
  experiment_.sites = {Site::kResidPost};
  experiment_.directions = {Direction::kDenoising};
  experiment_.targets = {{3}, {7, 8, 9}, {7}};
  Lab lab(model_, pool_, experiment_);
  std::vector<TokenId> joined = experiment_.corrupted;
  joined.insert(joined.end(), {7, 8});
  std::vector<TokenId> clean = experiment_.clean;
  clean.insert(clean.end(), {7, 8});
  const ActivationCache source = whole_run(model_, pool_, model_.embed(clean), kAll);
  while (!lab.done()) {
    const LabRow row = lab.step();
    for (Index position = 0; position < kLength; ++position) {
      const Patch patch{.site = Site::kResidPost,
                        .layers = {.first = row.layer, .count = 1},
                        .positions = {.first = position, .count = 1}};
      const Edit edit{.patch = patch, .source = &source};
      const ActivationCache run = whole_run(model_, pool_, model_.embed(joined), {}, {&edit, 1});
      const Matrix logits = final_logits(model_, pool_, run, 3);
      double log_prob = 0;
      for (Index i = 0; i < 3; ++i) {
        log_prob += static_cast<double>(logits(i, 7 + i)) -
                    std::log(logits.row(i).cast<double>().array().exp().sum());
      }
      const auto at = static_cast<std::size_t>(position);
      EXPECT_NEAR(row.values.all_of(Measure::kLogProb)[kLength + at], log_prob, 1e-5);
      EXPECT_NEAR(row.values.all_of(Measure::kProb)[kLength + at], std::exp(log_prob), 1e-6);
      EXPECT_TRUE(std::isnan(row.values.all_of(Measure::kLogit)[kLength + at]));
      EXPECT_EQ(row.values.all_of(Measure::kLogit)[2 * kLength + at], logits(0, 7));
    }
  }
}

}  // namespace
}  // namespace patchboard
