#include "core/weights/number_formats.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <vector>

namespace patchboard {
namespace {

constexpr std::uint32_t kPatterns = 65'536;

/// A 16-bit floating point number, from the definition of IEEE 754: sign, exponent, fraction.
double value_of(std::uint32_t pattern, int exponent_bits, int fraction_bits) {
  const double sign = (pattern >> 15U) != 0 ? -1.0 : 1.0;
  const int bias = (1 << (exponent_bits - 1)) - 1;
  const int exponent = static_cast<int>(pattern >> fraction_bits) & ((1 << exponent_bits) - 1);
  const int fraction = static_cast<int>(pattern) & ((1 << fraction_bits) - 1);
  if (exponent == (1 << exponent_bits) - 1) {
    return fraction == 0 ? sign * std::numeric_limits<double>::infinity()
                         : std::numeric_limits<double>::quiet_NaN();
  }
  if (exponent == 0) {
    return sign * std::ldexp(fraction, 1 - bias - fraction_bits);
  }
  return sign * std::ldexp((1 << fraction_bits) + fraction, exponent - bias - fraction_bits);
}

/// All patterns in order, little-endian, behind `offset` other bytes.
std::vector<float> widened_patterns(DType dtype, std::size_t offset) {
  std::vector<std::byte> bytes(offset);
  for (std::uint32_t pattern = 0; pattern < kPatterns; ++pattern) {
    bytes.push_back(static_cast<std::byte>(pattern & 0xFFU));
    bytes.push_back(static_cast<std::byte>(pattern >> 8U));
  }
  std::vector<float> values(kPatterns);
  widen(dtype, std::span(bytes).subspan(offset), values.data());
  return values;
}

void expect_every_pattern(DType dtype, int exponent_bits, int fraction_bits) {
  for (const std::size_t offset : {0U, 1U}) {
    const std::vector<float> values = widened_patterns(dtype, offset);
    for (std::uint32_t pattern = 0; pattern < kPatterns; ++pattern) {
      const double expected = value_of(pattern, exponent_bits, fraction_bits);
      const float value = values[pattern];
      if (std::isnan(expected)) {
        EXPECT_TRUE(std::isnan(value)) << pattern;
      } else {
        EXPECT_EQ(value, expected) << pattern;
        EXPECT_EQ(std::signbit(value), std::signbit(expected)) << pattern;
      }
    }
  }
}

TEST(Widen, GivesTheValueOfEveryF16Pattern) { expect_every_pattern(DType::kF16, 5, 10); }

TEST(Widen, GivesTheValueOfEveryBF16Pattern) { expect_every_pattern(DType::kBF16, 8, 7); }

TEST(Widen, KeepsF32ToTheBitAtAnyAlignment) {
  const std::vector<std::uint32_t> patterns = {0x00000000, 0x80000000, 0x00000001, 0x3F800000,
                                               0x7F7FFFFF, 0x7F800000, 0xFFC00001, 0x12345678};
  for (std::size_t offset = 0; offset < 4; ++offset) {
    std::vector<std::byte> bytes(offset);
    for (const std::uint32_t pattern : patterns) {
      for (const unsigned shift : {0U, 8U, 16U, 24U}) {
        bytes.push_back(static_cast<std::byte>(pattern >> shift & 0xFFU));
      }
    }
    std::vector<float> values(patterns.size());
    widen(DType::kF32, std::span(bytes).subspan(offset), values.data());
    for (std::size_t i = 0; i < patterns.size(); ++i) {
      EXPECT_EQ(std::bit_cast<std::uint32_t>(values[i]), patterns[i]) << "offset " << offset;
    }
  }
}

TEST(Widen, WritesNothingForNoBytes) {
  float value = 3.0F;
  for (const DType dtype : {DType::kF32, DType::kF16, DType::kBF16}) {
    widen(dtype, {}, &value);
  }
  EXPECT_EQ(value, 3.0F);
}

}  // namespace
}  // namespace patchboard
