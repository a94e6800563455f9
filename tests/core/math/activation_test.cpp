#include "core/math/activation.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numbers>
#include <vector>

namespace patchboard {
namespace {

constexpr std::array kAll = {Activation::kGeluTanh, Activation::kGeluErf, Activation::kRelu};

/// The slow twins, in double.
double plain(Activation activation, double x) {
  switch (activation) {
    case Activation::kGeluTanh:
      return 0.5 * x *
             (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x)));
    case Activation::kGeluErf:
      return 0.5 * x * std::erfc(-x / std::numbers::sqrt2);
    case Activation::kRelu:
      break;
  }
  return x > 0 ? x : 0;
}

std::vector<float> from_minus_ten_to_ten() {
  std::vector<float> x;
  for (int i = -10'000; i <= 10'000; ++i) {
    x.push_back(static_cast<float>(i) / 1000.0F);
  }
  return x;
}

TEST(Activate, EqualsThePlainFormulasInDouble) {
  for (const Activation activation : kAll) {
    const std::vector<float> x = from_minus_ten_to_ten();
    std::vector<float> out = x;
    activate(activation, out);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double expected = plain(activation, x[i]);
      EXPECT_NEAR(out[i], expected, 1e-6 * std::abs(expected) + 1e-7) << "x = " << x[i];
    }
  }
}

TEST(Activate, KeepsTheDigitsOfTheErfGeluWhereItIsNearlyNothing) {
  const std::vector<float> x = from_minus_ten_to_ten();
  std::vector<float> out = x;
  activate(Activation::kGeluErf, out);
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (x[i] < -9.0F) {
      continue;
    }
    const double expected = plain(Activation::kGeluErf, x[i]);
    const double allowed = x[i] < -5.0F ? 5e-6 : 2e-6;  // without one multiply-add, 1.5e-6
    EXPECT_NEAR(out[i], expected, allowed * std::abs(expected)) << "x = " << x[i];
  }
}

TEST(Activate, SaturatesWithoutOverflow) {
  for (const Activation activation : kAll) {
    // The cube of 1e13 overflows, the square of 3e38.
    std::vector<float> x = {1e4F, 1e13F, 3e38F, -1e4F, -1e13F, -3e38F};
    activate(activation, x);
    EXPECT_EQ(x, (std::vector<float>{1e4F, 1e13F, 3e38F, 0.0F, 0.0F, 0.0F}));
  }
}

TEST(Activate, PassesNanOn) {
  for (const Activation activation : kAll) {
    std::vector<float> x(20, std::nanf(""));
    activate(activation, x);
    for (const float value : x) {
      EXPECT_TRUE(std::isnan(value));
    }
  }
}

TEST(Activate, GivesAValueTheSameBitsWhereverItLies) {
  for (const Activation activation : kAll) {
    std::vector<float> one = {-0.7F};
    activate(activation, one);
    for (std::size_t size = 1; size < 40; ++size) {
      std::vector<float> x(size, -0.7F);
      activate(activation, x);
      EXPECT_EQ(x, std::vector<float>(size, one[0])) << size;
    }
  }
}

TEST(Activate, ChangesNothingOutsideItsValues) {
  for (const Activation activation : kAll) {
    std::vector<float> x(45, -1.0F);
    activate(activation, std::span(x).subspan(3, 21));
    for (std::size_t i = 0; i < x.size(); ++i) {
      EXPECT_NEAR(x[i], i >= 3 && i < 24 ? plain(activation, -1) : -1.0, 1e-6) << i;
    }
  }
}

/// By central differences.
double plain_slope(Activation activation, double x) {
  constexpr double kStep = 1e-5;
  return (plain(activation, x + kStep) - plain(activation, x - kStep)) / (2 * kStep);
}

TEST(Slope, EqualsFiniteDifferencesInDouble) {
  for (const Activation activation : kAll) {
    std::vector<float> x;
    for (int i = -9'999; i <= 10'001; i += 7) {  // not 0, where relu has a corner
      x.push_back(static_cast<float>(i) / 1000.0F);
    }
    std::vector<float> d(x.size(), 2.0F);
    multiply_by_slope(activation, x, d);
    for (std::size_t i = 0; i < x.size(); ++i) {
      EXPECT_NEAR(d[i], 2 * plain_slope(activation, x[i]), 1e-6) << "x = " << x[i];
    }
  }
}

TEST(Slope, SaturatesWithoutOverflow) {
  for (const Activation activation : kAll) {
    const std::vector<float> x = {10.0F, 20.0F, 1e13F, 3e38F, -14.0F, -20.0F, -1e13F, -3e38F};
    std::vector<float> d(x.size(), 3.0F);
    multiply_by_slope(activation, x, d);
    for (std::size_t i = 0; i < x.size(); ++i) {
      EXPECT_NEAR(d[i], x[i] > 0 ? 3.0 : 0.0, 1e-30) << "x = " << x[i];
    }
  }
}

TEST(Slope, OfReluAtItsCornerIsNothing) {
  std::vector<float> d = {2.0F};
  multiply_by_slope(Activation::kRelu, std::vector{0.0F}, d);
  EXPECT_EQ(d[0], 0.0F);
}

TEST(Slope, ChangesNothingOutsideItsValues) {
  for (const Activation activation : kAll) {
    const std::vector<float> x(21, -1.0F);
    std::vector<float> d(45, 1.0F);
    multiply_by_slope(activation, x, std::span(d).subspan(3, 21));
    for (std::size_t i = 0; i < d.size(); ++i) {
      EXPECT_NEAR(d[i], i >= 3 && i < 24 ? plain_slope(activation, -1) : 1.0, 1e-6) << i;
    }
  }
}

}  // namespace
}  // namespace patchboard
