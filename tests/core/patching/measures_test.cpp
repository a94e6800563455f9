#include "core/patching/measures.h"

#include <gtest/gtest.h>

#include <cmath>

namespace patchboard {
namespace {

Matrix row_of(std::initializer_list<float> values) {
  Matrix row(1, static_cast<Index>(values.size()));
  std::ranges::copy(values, row.data());
  return row;
}

TEST(Measurer, GivesProbabilityLogitAndRank) {
  const Matrix logits = row_of({1.0F, 3.0F, 2.0F, 3.0F});
  const Measures measures = Measurer({{0}, {1}, {3}}, logits).of(logits);
  const double total = std::exp(1.0) + std::exp(2.0) + 2 * std::exp(3.0);
  EXPECT_NEAR(measures.of(Measure::kProb, 0), std::exp(1.0) / total, 1e-6);
  EXPECT_NEAR(measures.of(Measure::kLogProb, 1), 3 - std::log(total), 1e-6);
  const auto all = [&](Measure measure) {
    const std::span<const float> values = measures.values.all_of(measure);
    return std::vector<float>(values.begin(), values.end());
  };
  EXPECT_EQ(all(Measure::kLogit), (std::vector<float>{1, 3, 3}));
  EXPECT_EQ(all(Measure::kRank), (std::vector<float>{4, 1, 2})) << "ties in the order of their ids";
  EXPECT_EQ(all(Measure::kMargin), (std::vector<float>{-2, 0, 0})) << "another token is as likely";
}

TEST(Measurer, GivesNoDivergenceForTheCleanRunItself) {
  const Matrix logits = row_of({0.3F, -100.0F, 20.5F, 7.25F});
  EXPECT_EQ(Measurer({{0}}, logits).of(logits).of(Measure::kKl), 0.0F);
}

TEST(Measurer, GivesTheDivergenceFromTheCleanRun) {
  const Matrix clean = row_of({0.0F, 1.0F, 2.0F});
  const Matrix other = row_of({2.0F, 1.0F, 0.0F});
  double expected = 0;
  const double total = 1 + std::exp(1.0) + std::exp(2.0);
  for (const double logit : {0.0, 1.0, 2.0}) {
    expected += std::exp(logit) / total * (logit - (2 - logit));
  }
  EXPECT_NEAR(Measurer({{0}}, clean).of(other).of(Measure::kKl), expected, 1e-6);
}

TEST(Measurer, GivesTheEntropyOfTheNextToken) {
  EXPECT_NEAR(Measurer({{0}}, row_of({5.0F, 5.0F, 5.0F}))
                  .of(row_of({7.0F, 7.0F, 7.0F}))
                  .of(Measure::kEntropy),
              std::log(3.0), 1e-6)
      << "of three that are as likely";
  Matrix logits(1, 1001);  // more than whole vectors, of any width
  double expected = 0;
  const double total = [&] {
    double sum = 0;
    for (Index token = 0; token < logits.cols(); ++token) {
      logits(0, token) = static_cast<float>(100 + 20 * std::sin(static_cast<double>(token)));
      sum += std::exp(static_cast<double>(logits(0, token)));
    }
    return sum;
  }();
  for (const float logit : row_values(logits)) {
    const double prob = std::exp(static_cast<double>(logit)) / total;
    expected -= prob * std::log(prob);
  }
  EXPECT_NEAR(Measurer({{0}}, logits).of(logits).of(Measure::kEntropy), expected, 1e-5);
}

TEST(Measurer, HasNoMarginWhereThereIsNoOtherToken) {
  const Matrix logits = row_of({2.5F});
  EXPECT_TRUE(std::isnan(Measurer({{0}}, logits).of(logits).of(Measure::kMargin)));
  EXPECT_TRUE(Measurer({{0}}, logits).of(logits).finite);
}

TEST(Measurer, MeasuresContinuationsByTheirProbabilityAlone) {
  Matrix logits(2, 3);
  logits << 0.0F, 1.0F, 2.0F, 2.0F, 1.0F, 0.0F;
  const Measures measures = Measurer({{2, 0}}, logits).of(logits);
  for (const Measure measure : all_measures()) {
    EXPECT_EQ(std::isnan(measures.of(measure)), traits_of(measure).of_one_token)
        << traits_of(measure).name;
  }
}

TEST(Measurer, AveragesOverSamples) {
  const Matrix a = row_of({0.0F, 1.0F});
  const Matrix b = row_of({1.0F, 0.0F});
  const Measurer measurer({{0}}, a);
  Measures mean = measurer.of(a);
  mean.add(measurer.of(b));
  mean.divide_by(2);
  EXPECT_NEAR(mean.of(Measure::kProb, 0), 0.5, 1e-6);
  EXPECT_EQ(mean.of(Measure::kRank, 0), 1.5F);
  EXPECT_EQ(mean.of(Measure::kLogit, 0), 0.5F);
}

}  // namespace
}  // namespace patchboard
