#include "core/experiment/estimates.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/attribution/attribution.h"
#include "core/attribution/backward.h"
#include "tests/core/support/expect_error.h"
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
  experiment_.sites = {Site::kAttnOut, Site::kZ};
  experiment_.by_position = true;
  Lab lab(model_, pool_, experiment_);
  const std::vector<Matrix> maps = estimates(model_, pool_, lab, {.metric = Metric::kLogitDiff});
  ASSERT_EQ(maps.size(), 4U);
  const Kept kept = kept_of_backward().with({.z = true, .attn_out = true});
  const ActivationCache& clean = lab.runs().clean().keeping(kept);
  const ActivationCache& corrupted = lab.runs().corrupted(0).keeping(kept);
  const Question question{.metric = Metric::kLogitDiff, .target = 0, .against = 7};
  const Gradients gradients =
      backward(model_, pool_, clean, metric_gradient(question, lab.runs().clean_logits().row(0)));
  EXPECT_EQ(maps[1], attribute(gradients, clean, corrupted, Site::kAttnOut, false, config_));
  const Matrix heads = attribute(gradients, clean, corrupted, Site::kZ, true, config_);
  ASSERT_EQ(maps[3].rows(), 9);
  EXPECT_EQ(maps[3].row(5), heads.row(1).rightCols(7));  // the second layer's last head
}

TEST_F(Estimates, OfWindowsAndSpansAreSums) {
  experiment_.sites = {Site::kMlpOut, Site::kResidPost};
  Lab single(model_, pool_, experiment_);
  const MetricOfTargets metric{.metric = Metric::kLogit, .target = 1};
  const Matrix cells = estimates(model_, pool_, single, metric)[0];
  experiment_.window = 2;
  experiment_.span = 3;
  Lab together(model_, pool_, experiment_);
  const std::vector<Matrix> maps = estimates(model_, pool_, together, metric);
  EXPECT_NEAR(maps[0](0, 2), cells.block(0, 2, 2, 3).sum(), 1e-6);
  EXPECT_NEAR(maps[0](2, 6), cells(2, 6), 1e-6);
  EXPECT_TRUE(std::isnan(maps[2](0, 2))) << "layers of the stream overwrite each other";
}

TEST_F(Estimates, OfNoiseAreMeansOverTheSamples) {
  experiment_.corrupted.clear();
  experiment_.directions = {Direction::kDenoising};
  experiment_.corruption = {.kind = Corruption::Kind::kNoise, .positions = {1}};
  const MetricOfTargets metric{.metric = Metric::kProb, .target = 0};
  Lab one(model_, pool_, experiment_);
  const Matrix first = estimates(model_, pool_, one, metric)[0];
  experiment_.corruption.samples = 2;
  Lab two(model_, pool_, experiment_);
  const Matrix mean = estimates(model_, pool_, two, metric)[0];
  EXPECT_NE(mean, first);
  EXPECT_EQ(mean.col(0).cwiseAbs().maxCoeff(), 0.0F) << "left of the noise nothing differs";
}

TEST_F(Estimates, ReadAMetricOfTheExperimentsTargets) {
  const MetricOfTargets metric =
      read_metric(R"({"metric": "logit_diff", "target": 1, "against": 0})", experiment_);
  EXPECT_EQ(metric.metric, Metric::kLogitDiff);
  EXPECT_EQ(metric.target, 1);
  EXPECT_EQ(metric.against, 0);
  for (const char* bad : {"", "[]", R"({"metric": "rank", "target": 0})"}) {
    expect_error(ErrorCode::kExperiment, {"metric", "log_prob"},
                 [&] { static_cast<void>(read_metric(bad, experiment_)); });
  }
  expect_error(ErrorCode::kExperiment, {"\"target\": 2", "0 to 1"}, [&] {
    static_cast<void>(read_metric(R"({"metric": "prob", "target": 2})", experiment_));
  });
}

}  // namespace
}  // namespace patchboard
