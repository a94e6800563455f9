#include "core/model/top_k.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/core/support/random_model.h"

namespace patchboard {
namespace {

Vector vector_of(std::initializer_list<float> values) {
  Vector vector(static_cast<Index>(values.size()));
  std::ranges::copy(values, vector.data());
  return vector;
}

std::vector<Index> tokens_of(const std::vector<Prediction>& predictions) {
  std::vector<Index> tokens;
  for (const Prediction& prediction : predictions) {
    tokens.push_back(prediction.token);
  }
  return tokens;
}

TEST(TopK, GivesTheMostProbableFirst) {
  const Vector logits = vector_of({0.5F, -2.0F, 3.0F, 1.0F});
  EXPECT_EQ(tokens_of(top_k(logits, 3)), (std::vector<Index>{2, 3, 0}));
}

TEST(TopK, OrdersEqualLogitsByTheirIds) {
  const Vector logits = vector_of({1.0F, 2.0F, 1.0F, 2.0F, 1.0F});
  EXPECT_EQ(tokens_of(top_k(logits, 4)), (std::vector<Index>{1, 3, 0, 2}));
}

TEST(TopK, GivesAtMostTheWholeVocabulary) {
  const Vector logits = vector_of({0.0F, 1.0F});
  EXPECT_EQ(tokens_of(top_k(logits, 2)), (std::vector<Index>{1, 0}));
  EXPECT_EQ(tokens_of(top_k(logits, 1'000'000)), (std::vector<Index>{1, 0}));
}

TEST(TopK, GivesNothingForNone) { EXPECT_TRUE(top_k(vector_of({0.0F, 1.0F}), 0).empty()); }

TEST(TopK, GivesACertainTokenForAVocabularyOfOne) {
  const std::vector<Prediction> top = top_k(vector_of({-7.0F}), 1);
  ASSERT_EQ(top.size(), 1U);
  EXPECT_EQ(top[0].logit, -7.0F);
  EXPECT_EQ(top[0].prob, 1.0F);
}

TEST(TopK, GivesTheProbabilitiesOfASoftmaxOverAllLogits) {
  const Vector logits = 4.0F * testing::random_matrix(1, 500, 1).row(0);
  const double total = logits.cast<double>().array().exp().sum();
  for (const Prediction& prediction : top_k(logits, 20)) {
    EXPECT_EQ(prediction.logit, logits[prediction.token]);
    const double expected = std::exp(static_cast<double>(prediction.logit)) / total;
    EXPECT_NEAR(prediction.prob, expected, 1e-6) << "token " << prediction.token;
  }
}

TEST(TopK, ProbabilitiesSumToOneWhereLogitsAreHuge) {
  double sum = 0;
  for (const Prediction& prediction : top_k(vector_of({9'000.0F, 9'001.0F, -9'000.0F}), 3)) {
    sum += prediction.prob;
  }
  EXPECT_NEAR(sum, 1.0, 1e-6);
}

}  // namespace
}  // namespace patchboard
