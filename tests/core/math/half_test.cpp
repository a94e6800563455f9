#include "core/math/half.h"

#include <gtest/gtest.h>

#include <Eigen/Core>
#include <bit>
#include <cmath>

namespace patchboard {
namespace {

float widened(std::uint16_t half) {
  return simd::widen(simd::Halves{} + static_cast<std::int16_t>(half))[0];
}

std::uint16_t narrowed(float value) {
  return static_cast<std::uint16_t>(simd::narrow(simd::splat(value))[0]);
}

bool is_finite(std::uint32_t half) { return (half & 0x7C00U) != 0x7C00U; }

TEST(Half, WidensEveryFinitePatternAsEigenDoes) {
  for (std::uint32_t bits = 0; bits < 65'536; ++bits) {
    if (is_finite(bits)) {
      const auto half = static_cast<std::uint16_t>(bits);
      const auto expected = static_cast<float>(std::bit_cast<Eigen::half>(half));
      EXPECT_EQ(widened(half), expected) << bits;
      EXPECT_EQ(std::signbit(widened(half)), std::signbit(expected)) << bits;
      EXPECT_EQ(narrowed(expected), half) << bits;
    }
  }
}

TEST(Half, NarrowsToTheNearestTiesToEvenAsEigenDoes) {
  // Every 977th float that is no larger than the largest half.
  const auto end = std::bit_cast<std::uint32_t>(simd::kLargestHalf);
  for (const std::uint32_t sign : {0U, 0x80000000U}) {
    for (std::uint32_t bits = 0; bits <= end; bits += 977) {
      const auto value = std::bit_cast<float>(bits | sign);
      ASSERT_EQ(narrowed(value), std::bit_cast<std::uint16_t>(Eigen::half(value))) << value;
    }
  }
}

TEST(Half, RoundsTiesBetweenNeighboursToTheEvenOne) {
  for (std::uint16_t half = 0; half < 0x7BFF; ++half) {
    const float middle = (widened(half) + widened(static_cast<std::uint16_t>(half + 1))) / 2;
    ASSERT_EQ(narrowed(middle), half + half % 2) << half;
  }
}

}  // namespace
}  // namespace patchboard
