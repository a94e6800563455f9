#include "core/math/gelu.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <vector>

namespace patchboard {
namespace {

double tanh_gelu(double x) {
  return 0.5 * x * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x)));
}

TEST(Gelu, EqualsTheTanhFormInDouble) {
  std::vector<float> x;
  for (int i = -10'000; i <= 10'000; ++i) {
    x.push_back(static_cast<float>(i) / 1000.0F);
  }
  std::vector<float> out = x;
  gelu(out);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double expected = tanh_gelu(x[i]);
    EXPECT_NEAR(out[i], expected, 1e-6 * std::abs(expected) + 1e-7) << "x = " << x[i];
  }
}

TEST(Gelu, SaturatesWithoutOverflow) {
  std::vector<float> x = {1e4F, 1e13F, 3e38F, -1e4F, -1e13F, -3e38F};  // the cube of 1e13 overflows
  gelu(x);
  EXPECT_EQ(x, (std::vector<float>{1e4F, 1e13F, 3e38F, 0.0F, 0.0F, 0.0F}));
}

TEST(Gelu, GivesAValueTheSameBitsWhereverItLies) {
  std::vector<float> one = {-0.7F};
  gelu(one);
  for (std::size_t size = 1; size < 40; ++size) {
    std::vector<float> x(size, -0.7F);
    gelu(x);
    EXPECT_EQ(x, std::vector<float>(size, one[0])) << size;
  }
}

TEST(Gelu, ChangesNothingOutsideItsValues) {
  std::vector<float> x(45, 1.0F);
  gelu(std::span(x).subspan(3, 21));
  for (std::size_t i = 0; i < x.size(); ++i) {
    EXPECT_NEAR(x[i], i >= 3 && i < 24 ? tanh_gelu(1) : 1.0, 1e-6) << i;
  }
}

/// By central differences.
double tanh_gelu_slope(double x) {
  constexpr double kStep = 1e-5;
  return (tanh_gelu(x + kStep) - tanh_gelu(x - kStep)) / (2 * kStep);
}

TEST(GeluSlope, EqualsFiniteDifferencesInDouble) {
  std::vector<float> x;
  for (int i = -10'000; i <= 10'001; i += 7) {
    x.push_back(static_cast<float>(i) / 1000.0F);
  }
  std::vector<float> d(x.size(), 2.0F);
  multiply_by_gelu_slope(x, d);
  for (std::size_t i = 0; i < x.size(); ++i) {
    EXPECT_NEAR(d[i], 2 * tanh_gelu_slope(x[i]), 1e-6) << "x = " << x[i];
  }
}

TEST(GeluSlope, SaturatesWithoutOverflow) {
  const std::vector<float> x = {10.0F, 20.0F, 1e13F, 3e38F, -10.0F, -20.0F, -1e13F, -3e38F};
  std::vector<float> d(x.size(), 3.0F);
  multiply_by_gelu_slope(x, d);
  for (std::size_t i = 0; i < x.size(); ++i) {
    EXPECT_NEAR(d[i], x[i] > 0 ? 3.0 : 0.0, 1e-30) << "x = " << x[i];
  }
}

TEST(GeluSlope, ChangesNothingOutsideItsValues) {
  const std::vector<float> x(21, 1.0F);
  std::vector<float> d(45, 1.0F);
  multiply_by_gelu_slope(x, std::span(d).subspan(3, 21));
  for (std::size_t i = 0; i < d.size(); ++i) {
    EXPECT_NEAR(d[i], i >= 3 && i < 24 ? tanh_gelu_slope(1) : 1.0, 1e-6) << i;
  }
}

}  // namespace
}  // namespace patchboard
