#include "core/math/exp.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

namespace patchboard {
namespace {

float fast_exp(float x) { return simd::exp(simd::splat(x))[0]; }

/// |value - expected| in units of the last place of a float as large as `expected`.
double ulps(float value, double expected) {
  const auto nearest = static_cast<float>(expected);
  const double ulp =
      static_cast<double>(std::nextafter(nearest, std::numeric_limits<float>::infinity())) -
      static_cast<double>(nearest);
  return std::abs(static_cast<double>(value) - expected) / ulp;
}

TEST(Exp, IsWithinTwoUlpOfDoubleOverTheWholeRange) {
  // Every 61st float, of both signs; beyond ±110 all are 0 or infinite.
  constexpr std::uint32_t kStep = 61;
  double worst = 0;
  for (std::uint32_t sign : {0U, 0x80000000U}) {
    for (std::uint32_t bits = 0; bits <= std::bit_cast<std::uint32_t>(110.0F); bits += kStep) {
      const auto x = std::bit_cast<float>(bits | sign);
      const double expected = std::exp(static_cast<double>(x));
      if (expected >= static_cast<double>(std::numeric_limits<float>::max())) {
        ASSERT_GE(fast_exp(x), 3.4e38F) << x;
      } else if (expected < static_cast<double>(std::numeric_limits<float>::min())) {
        ASSERT_NEAR(fast_exp(x), expected,
                    static_cast<double>(std::numeric_limits<float>::denorm_min()))
            << x;
      } else {
        worst = std::max(worst, ulps(fast_exp(x), expected));
      }
    }
  }
  EXPECT_LE(worst, 2.0);
  RecordProperty("worst_ulp", std::to_string(worst));
}

TEST(Exp, EndsInZeroAndInfinity) {
  const float infinity = std::numeric_limits<float>::infinity();
  for (const float x : {88.8F, 1000.0F, 3e38F, infinity}) {
    EXPECT_EQ(fast_exp(x), infinity) << x;
    EXPECT_EQ(fast_exp(-x - 20), 0.0F) << x;
  }
  EXPECT_EQ(fast_exp(0.0F), 1.0F);
  EXPECT_EQ(fast_exp(-0.0F), 1.0F);
}

TEST(Exp, PassesNaN) { EXPECT_TRUE(std::isnan(fast_exp(std::numeric_limits<float>::quiet_NaN()))); }

}  // namespace
}  // namespace patchboard
