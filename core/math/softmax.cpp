#include "core/math/softmax.h"

#include <array>
#include <cmath>
#include <limits>

#include "core/math/exp.h"

namespace patchboard {
namespace {

using simd::Floats;

constexpr float kNothing = -std::numeric_limits<float>::infinity();  // whose exponential is 0

/// What is summed up in double, lane by lane.
using Sums = std::array<double, static_cast<std::size_t>(simd::kLanes)>;

double total_of(const Sums& sums) {
  double total = 0;
  for (const double sum : sums) {
    total += sum;
  }
  return total;
}

}  // namespace

void softmax(std::span<float> x) {
  const auto size = static_cast<Index>(x.size());
  const float shift = largest(x);
  Floats sums{};
  simd::for_each(x.data(), size, kNothing, [&](Floats values, Index first, Index count) {
    const Floats powers = simd::exp(values - shift);
    sums += powers;
    simd::store_first(powers, count, x.data() + first);
  });
  const float total = simd::sum(sums);
  simd::transform(x.data(), size, x.data(), [&](Floats powers) { return powers / total; });
}

double log_sum_exp(std::span<const float> x) {
  const float shift = largest(x);
  Sums sums{};
  simd::for_each(x.data(), static_cast<Index>(x.size()), kNothing,
                 [&](Floats values, Index, Index) {
                   const Floats powers = simd::exp(values - shift);
                   for (std::size_t lane = 0; lane < sums.size(); ++lane) {
                     sums[lane] += static_cast<double>(powers[lane]);
                   }
                 });
  return shift + std::log(total_of(sums));
}

SoftmaxSums softmax_sums(std::span<const float> x) {
  const float shift = largest(x);
  Sums sums{};
  Sums weighted{};  // by x - shift
  simd::for_each(x.data(), static_cast<Index>(x.size()), shift,
                 [&](Floats values, Index, Index count) {
                   const Floats below = values - shift;
                   const Floats powers = simd::exp(below);
                   for (std::size_t lane = 0; lane < static_cast<std::size_t>(count); ++lane) {
                     sums[lane] += static_cast<double>(powers[lane]);
                     weighted[lane] += static_cast<double>(powers[lane] * below[lane]);
                   }
                 });
  const double total = total_of(sums);
  return {.log_sum_exp = shift + std::log(total),
          .entropy = std::log(total) - total_of(weighted) / total};
}

float largest(std::span<const float> x) {
  Floats lanes = simd::splat(kNothing);
  simd::for_each(x.data(), static_cast<Index>(x.size()), kNothing,
                 [&](Floats values, Index, Index) { lanes = simd::max(lanes, values); });
  return simd::largest(lanes);
}

}  // namespace patchboard
