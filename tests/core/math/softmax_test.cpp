#include "core/math/softmax.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/core/support/random_matrix.h"

namespace patchboard {
namespace {

using testing::random_matrix;

void softmax_all(Vector& x) { softmax({x.data(), static_cast<std::size_t>(x.size())}); }
double log_sum_exp_of(const Vector& x) { return log_sum_exp(row_values(x)); }

TEST(Softmax, EqualsTheFormulaInDouble) {
  for (const Index size : {2, 3, 7, 64, 1001}) {
    const Vector x = 5.0F * random_matrix(1, size, 1).row(0);
    Vector out = x;
    softmax_all(out);
    const double total = x.cast<double>().array().exp().sum();
    for (Index i = 0; i < size; ++i) {
      const double expected = std::exp(static_cast<double>(x[i])) / total;
      EXPECT_NEAR(out[i], expected, 1e-6 * expected + 1e-9) << size << " values, value " << i;
    }
  }
}

TEST(Softmax, OfOneValueIsOne) {
  for (const float value : {0.0F, -1000.0F, 3e38F}) {
    Vector x = Vector::Constant(1, value);
    softmax_all(x);
    EXPECT_EQ(x[0], 1.0F) << value;
  }
}

TEST(Softmax, DoesNotOverflow) {
  Vector x(3);
  x << 1000.0F, 1001.0F, -1e30F;
  softmax_all(x);
  EXPECT_NEAR(x[0], 1 / (1 + std::exp(1.0)), 1e-6);
  EXPECT_NEAR(x[1], 1 / (1 + std::exp(-1.0)), 1e-6);
  EXPECT_EQ(x[2], 0.0F);
}

TEST(Softmax, SharesEquallyBetweenEqualValues) {
  Vector x = Vector::Constant(8, -3e38F);
  softmax_all(x);
  EXPECT_EQ(x, Vector::Constant(8, 0.125F));
}

TEST(LogSumExp, EqualsTheFormulaInDouble) {
  for (const Index size : {2, 3, 7, 64, 50'257}) {
    const Vector x = 5.0F * random_matrix(1, size, 2).row(0);
    EXPECT_NEAR(log_sum_exp_of(x), std::log(x.cast<double>().array().exp().sum()), 1e-6) << size;
  }
}

TEST(LogSumExp, OfOneValueIsThatValue) {
  for (const float value : {0.0F, -1234.5F, 3e38F}) {
    EXPECT_EQ(log_sum_exp_of(Vector::Constant(1, value)), static_cast<double>(value));
  }
}

TEST(LogSumExp, DoesNotOverflow) {
  Vector x(2);
  x << 10'000.0F, 10'001.0F;
  EXPECT_NEAR(log_sum_exp_of(x), 10'001 + std::log1p(std::exp(-1.0)), 1e-6);
}

}  // namespace
}  // namespace patchboard
