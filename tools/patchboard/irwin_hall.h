#pragma once

#include <cstdint>
#include <random>

namespace patchboard {

/// Nearly normal numbers that are the same on every platform: the sum of four uniform 16-bit
/// numbers less its mean, so the tails end at 3.46 standard deviations and the excess kurtosis is
/// -0.3. The values of std::normal_distribution depend on the standard library, those of
/// Box-Muller on the mathematics library; mt19937_64 and seed_seq are specified to the bit.
/// Source: the Irwin-Hall distribution, Johnson et al. 1995, section 26.9.
class IrwinHall {
 public:
  /// Variance of what next() gives: of one uniform number it is (2^32 - 1) / 12.
  static constexpr double kVariance = 4.0 * (65536.0 * 65536.0 - 1.0) / 12.0;

  /// stream: numbers the independent sequences of one seed.
  IrwinHall(std::uint32_t seed, std::uint32_t stream) {
    std::seed_seq words{seed, stream};
    engine_.seed(words);
  }

  /// A whole number with mean 0, less than 2^17 in size.
  std::int32_t next() {
    constexpr std::uint64_t kMask = 0xFFFF;
    const std::uint64_t bits = engine_();
    const std::uint64_t sum =
        (bits & kMask) + (bits >> 16 & kMask) + (bits >> 32 & kMask) + (bits >> 48);
    return static_cast<std::int32_t>(sum) - static_cast<std::int32_t>(2 * kMask);
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace patchboard
