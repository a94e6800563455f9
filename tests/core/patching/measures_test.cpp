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
  EXPECT_NEAR(measures.prob[0], std::exp(1.0) / total, 1e-6);
  EXPECT_NEAR(measures.log_prob[1], 3 - std::log(total), 1e-6);
  EXPECT_EQ(measures.logit, (std::vector<float>{1, 3, 3}));
  EXPECT_EQ(measures.rank, (std::vector<float>{4, 1, 2})) << "ties in the order of their ids";
}

TEST(Measurer, GivesNoDivergenceForTheCleanRunItself) {
  const Matrix logits = row_of({0.3F, -100.0F, 20.5F, 7.25F});
  EXPECT_EQ(Measurer({{0}}, logits).of(logits).kl, 0.0F);
}

TEST(Measurer, GivesTheDivergenceFromTheCleanRun) {
  const Matrix clean = row_of({0.0F, 1.0F, 2.0F});
  const Matrix other = row_of({2.0F, 1.0F, 0.0F});
  double expected = 0;
  const double total = 1 + std::exp(1.0) + std::exp(2.0);
  for (const double logit : {0.0, 1.0, 2.0}) {
    expected += std::exp(logit) / total * (logit - (2 - logit));
  }
  EXPECT_NEAR(Measurer({{0}}, clean).of(other).kl, expected, 1e-6);
}

TEST(Measurer, AveragesOverSamples) {
  const Matrix a = row_of({0.0F, 1.0F});
  const Matrix b = row_of({1.0F, 0.0F});
  const Measurer measurer({{0}}, a);
  Measures mean = measurer.of(a);
  mean.add(measurer.of(b));
  mean.divide_by(2);
  EXPECT_NEAR(mean.prob[0], 0.5, 1e-6);
  EXPECT_EQ(mean.rank[0], 1.5F);
  EXPECT_EQ(mean.logit[0], 0.5F);
}

}  // namespace
}  // namespace patchboard
