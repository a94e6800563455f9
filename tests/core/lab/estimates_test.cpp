#include "core/lab/estimates.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/core/support/expect_error.h"
#include "tests/core/support/gradients.h"
#include "tests/core/support/random_model.h"

namespace patchboard {
namespace {

using testing::expect_error;
using testing::random_tokens;

class Estimates : public ::testing::Test {
 protected:
  Estimates() {
    experiment_.clean = random_tokens(7, 50, 2);
    experiment_.corrupted = experiment_.clean;
    experiment_.corrupted[2] = (experiment_.corrupted[2] + 1) % 50;
    experiment_.targets = {{0}, {7, 3}};
    experiment_.directions = {Direction::kDenoising, Direction::kNoising};
  }

  Config config_ = testing::small_config(3, 3, 21, 50);
  Gpt2 model_{config_, reference::packed(config_, testing::random_weights(config_, 1))};
  ThreadPool pool_{2};
  Experiment experiment_;
};

TEST_F(Estimates, AreTheAttributionOfEachSweepsRuns) {
  experiment_.sites.assign(all_sites().begin(), all_sites().end());
  experiment_.by_position = ByPosition::kEach;
  Lab lab(model_, pool_, experiment_);
  const std::vector<Matrix> maps = Estimator(model_, pool_, lab).of({.metric = Metric::kLogitDiff});
  ASSERT_EQ(maps.size(), 2 * all_sites().size());
  const Kept kept = kept_of_all();
  const ActivationCache& clean = lab.runs().clean().keeping(kept);
  const ActivationCache& corrupted = lab.runs().corrupted(0).keeping(kept);
  const Question question{.metric = Metric::kLogitDiff, .target = 0, .against = 7};
  const testing::Gradients gradients(model_, pool_, clean,
                                     metric_gradient(question, lab.runs().clean_logits().row(0)));
  for (std::size_t sweep = 0; sweep < maps.size(); ++sweep) {
    const SweepSettings& settings = lab.sweeps()[sweep];
    if (settings.direction == Direction::kNoising) {
      const Matrix slow = gradients.attribution(corrupted, settings.site, settings.by_position);
      EXPECT_EQ(maps[sweep],
                Eigen::Map<const Matrix>(slow.data(), maps[sweep].rows(), maps[sweep].cols()))
          << site_name(settings.site);
    }
  }
}

TEST_F(Estimates, OfPairsAddUpToTheirQueries) {
  experiment_.sites = {Site::kPattern, Site::kAttnScores};
  const MetricOfTargets metric{.metric = Metric::kLogitDiff};
  experiment_.by_position = ByPosition::kEach;
  Lab each(model_, pool_, experiment_);
  const std::vector<Matrix> rows = Estimator(model_, pool_, each).of(metric);
  experiment_.by_position = ByPosition::kPairs;
  Lab pairs(model_, pool_, experiment_);
  const std::vector<Matrix> cells = Estimator(model_, pool_, pairs).of(metric);
  for (std::size_t sweep = 0; sweep < cells.size(); ++sweep) {
    ASSERT_EQ(cells[sweep].rows(), rows[sweep].rows());
    ASSERT_EQ(cells[sweep].cols(), 49);
    for (Index row = 0; row < rows[sweep].rows(); ++row) {
      for (Index query = 0; query < 7; ++query) {
        const auto of_query = cells[sweep].row(row).segment(7 * query, 7);
        EXPECT_NEAR(of_query.head(query + 1).sum(), rows[sweep](row, query), 1e-5);
        EXPECT_TRUE(of_query.tail(6 - query).array().isNaN().all()) << "later keys";
      }
    }
  }
}

TEST_F(Estimates, OfSpansAreSums) {
  experiment_.sites = {Site::kMlpOut, Site::kResidPost};
  Lab single(model_, pool_, experiment_);
  const MetricOfTargets metric{.metric = Metric::kLogit, .target = 1};
  const std::vector<Matrix> cells = Estimator(model_, pool_, single).of(metric);
  experiment_.span = 3;
  Lab together(model_, pool_, experiment_);
  const std::vector<Matrix> maps = Estimator(model_, pool_, together).of(metric);
  for (const std::size_t sweep : {0U, 2U}) {
    EXPECT_NEAR(maps[sweep](0, 2), cells[sweep].block(0, 2, 1, 3).sum(), 1e-6);
    EXPECT_NEAR(maps[sweep](2, 6), cells[sweep](2, 6), 1e-6);
  }
}

/// A patch of several layers overwrites in each what the ones before it changed there, which the
/// gradient of the run that is patched does not know: the sum of single cells is another slope.
TEST_F(Estimates, OfSeveralLayersThereAreNone) {
  experiment_.sites = {Site::kResidPost, Site::kAttnOut, Site::kMlpOut};
  const MetricOfTargets metric{.metric = Metric::kLogit, .target = 0};
  Lab single(model_, pool_, experiment_);
  const std::vector<Matrix> cells = Estimator(model_, pool_, single).of(metric);
  experiment_.window = 2;
  Lab windows(model_, pool_, experiment_);
  const std::vector<Matrix> maps = Estimator(model_, pool_, windows).of(metric);
  for (std::size_t sweep = 0; sweep < maps.size(); ++sweep) {
    EXPECT_TRUE(maps[sweep].topRows(2).array().isNaN().all());
    EXPECT_EQ(maps[sweep].row(2), cells[sweep].row(2)) << "the last row's window has one layer";
  }
}

/// The slope of tiny noise, against finite differences of the exact sweep.
TEST_F(Estimates, AreSlopes) {
  experiment_.corrupted.clear();
  experiment_.directions = {Direction::kNoising};
  experiment_.sites = {Site::kAttnOut, Site::kMlpOut};
  experiment_.span = 2;
  experiment_.corruption = {.kind = Corruption::Kind::kNoise, .positions = {1}, .multiple = 0.003F};
  Lab lab(model_, pool_, experiment_);
  const std::vector<Matrix> maps = Estimator(model_, pool_, lab).of({.metric = Metric::kLogit});
  while (!lab.done()) {
    const LabRow row = lab.step();
    for (Index column = 0; column < 7; ++column) {
      const float change = row.values.of(Measure::kLogit)[static_cast<std::size_t>(column)] -
                           lab.clean().of(Measure::kLogit, 0);
      const float estimate = maps[static_cast<std::size_t>(row.sweep)](row.layer, column);
      EXPECT_NEAR(change, estimate, 2e-5 + 0.05 * std::abs(estimate))
          << row.sweep << ", " << row.layer << ", " << column;
    }
  }
}

TEST_F(Estimates, OfRelatedMetricsShareTheirBackwardPasses) {
  experiment_.targets = {{0}, {7}, {11}, {30}};
  experiment_.sites = {Site::kResidPost, Site::kZ};
  Lab lab(model_, pool_, experiment_);
  Estimator shared(model_, pool_, lab);
  std::vector<MetricOfTargets> metrics;
  for (Index target = 0; target < 4; ++target) {
    metrics.push_back({.metric = Metric::kLogit, .target = target, .against = 0});
  }
  for (Index target = 0; target < 4; ++target) {
    for (Index against = 0; against < 4; ++against) {
      metrics.push_back({.metric = Metric::kLogitDiff, .target = target, .against = against});
    }
    metrics.push_back({.metric = Metric::kLogProb, .target = target, .against = 0});
  }
  for (const MetricOfTargets& metric : metrics) {
    const std::vector<Matrix> maps = shared.of(metric);
    const std::vector<Matrix> alone = Estimator(model_, pool_, lab).of(metric);
    for (std::size_t sweep = 0; sweep < maps.size(); ++sweep) {
      EXPECT_LT((maps[sweep] - alone[sweep]).cwiseAbs().maxCoeff(), 2e-5F);
    }
  }
  EXPECT_EQ(shared.passes(), 5) << "a logit each, and one for all softmaxes";
  static_cast<void>(shared.of({.metric = Metric::kProb, .target = 2, .against = 0}));
  EXPECT_EQ(shared.passes(), 6);
}

TEST_F(Estimates, OfNoiseAreMeansOverTheSamples) {
  experiment_.corrupted.clear();
  experiment_.directions = {Direction::kDenoising};
  experiment_.corruption = {.kind = Corruption::Kind::kNoise, .positions = {1}};
  const MetricOfTargets metric{.metric = Metric::kProb, .target = 0};
  Lab one(model_, pool_, experiment_);
  const Matrix first = Estimator(model_, pool_, one).of(metric)[0];
  experiment_.corruption.samples = 2;
  Lab two(model_, pool_, experiment_);
  const Matrix mean = Estimator(model_, pool_, two).of(metric)[0];
  EXPECT_NE(mean, first);
  EXPECT_EQ(mean.col(0).cwiseAbs().maxCoeff(), 0.0F) << "left of the noise nothing differs";
}

TEST_F(Estimates, ReadAMetricOfTheExperimentsTargets) {
  const MetricOfTargets metric =
      read_metric(R"({"metric": "logit_diff", "target": 1, "against": 0})", experiment_);
  EXPECT_EQ(metric.metric, Metric::kLogitDiff);
  EXPECT_EQ(metric.target, 1);
  EXPECT_EQ(metric.against, 0);
  const auto expect_refused = [&](const char* text, std::initializer_list<std::string_view> parts) {
    expect_error(ErrorCode::kExperiment, parts,
                 [&] { static_cast<void>(read_metric(text, experiment_)); });
  };
  expect_refused("", {"metric"});
  expect_refused("[]", {"metric"});
  expect_refused(R"({"metric": "rank", "target": 0})", {"rank", "log_prob"});
  expect_refused(R"({"metric": "prob", "target": 2})", {"target", "2", "0 to 1"});
  expect_refused(R"({"metric": "prob", "target": 4294967296})", {"4294967296", "0 to 1"});
  expect_refused(R"({"metric": "logit_diff", "target": 0})", {"against"});
}

}  // namespace
}  // namespace patchboard
