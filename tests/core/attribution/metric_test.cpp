#include "core/attribution/metric.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

#include "tests/core/support/random_model.h"

namespace patchboard {
namespace {

using testing::random_matrix;

constexpr std::array kMetrics = {Metric::kLogit, Metric::kLogitDiff, Metric::kProb,
                                 Metric::kLogProb};

/// The metric in double.
double plain_value(const Question& question, const Eigen::RowVectorXd& logits) {
  const double log_prob = logits[question.target] - std::log(logits.array().exp().sum());
  switch (question.metric) {
    case Metric::kLogit:
      return logits[question.target];
    case Metric::kLogitDiff:
      return logits[question.target] - logits[question.against];
    case Metric::kProb:
      return std::exp(log_prob);
    case Metric::kLogProb:
      return log_prob;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

TEST(Metric, HasTheValueOfItsFormulaInDouble) {
  const Vector logits = 3.0F * random_matrix(1, 33, 1).row(0);
  for (const Metric metric : kMetrics) {
    const Question question{.metric = metric, .target = 4, .against = 32};
    EXPECT_NEAR(metric_value(question, logits), plain_value(question, logits.cast<double>()), 1e-6);
  }
}

TEST(Metric, HasTheGradientOfFiniteDifferences) {
  constexpr double kStep = 1e-5;
  const Vector logits = 3.0F * random_matrix(1, 33, 2).row(0);
  for (const Metric metric : kMetrics) {
    const Question question{.metric = metric, .target = 0, .against = 17};
    const Vector gradient = metric_gradient(question, logits);
    for (Index i = 0; i < logits.size(); ++i) {
      Eigen::RowVectorXd moved = logits.cast<double>();
      moved[i] += kStep;
      const double above = plain_value(question, moved);
      moved[i] -= 2 * kStep;
      const double below = plain_value(question, moved);
      EXPECT_NEAR(gradient[i], (above - below) / (2 * kStep), 1e-6) << "logit " << i;
    }
  }
}

TEST(Metric, OfATokenAgainstItselfIsNothing) {
  const Vector logits = random_matrix(1, 5, 3).row(0);
  const Question question{.metric = Metric::kLogitDiff, .target = 2, .against = 2};
  EXPECT_EQ(metric_value(question, logits), 0);
  EXPECT_EQ(metric_gradient(question, logits), Vector::Zero(5));
}

TEST(Metric, IsFiniteForLogitsFarApart) {
  Vector logits = Vector::Zero(3);
  logits[1] = 500.0F;
  const Question log_prob{.metric = Metric::kLogProb, .target = 0};
  EXPECT_NEAR(metric_value(log_prob, logits), -500, 1e-4);
  EXPECT_TRUE(metric_gradient(log_prob, logits).allFinite());
  const Question prob{.metric = Metric::kProb, .target = 1};
  EXPECT_NEAR(metric_value(prob, logits), 1, 1e-6);
  EXPECT_EQ(metric_gradient(prob, logits), Vector::Zero(3));
}

}  // namespace
}  // namespace patchboard
