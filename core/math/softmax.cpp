#include "core/math/softmax.h"

#include <array>
#include <cmath>
#include <limits>

#include "core/math/exp.h"

namespace patchboard {
namespace {

using simd::Floats;

constexpr float kNothing = -std::numeric_limits<float>::infinity();  // whose exponential is 0

float largest_of(std::span<const float> x) {
  Floats largest = simd::splat(kNothing);
  simd::for_each(x.data(), static_cast<Index>(x.size()), kNothing,
                 [&](Floats values, Index, Index) { largest = simd::max(largest, values); });
  return simd::largest(largest);
}

}  // namespace

void softmax(std::span<float> x) {
  const auto size = static_cast<Index>(x.size());
  const float largest = largest_of(x);
  Floats sums{};
  simd::for_each(x.data(), size, kNothing, [&](Floats values, Index first, Index count) {
    const Floats powers = simd::exp(values - largest);
    sums += powers;
    simd::store_first(powers, count, x.data() + first);
  });
  const float total = simd::sum(sums);
  simd::transform(x.data(), size, x.data(), [&](Floats powers) { return powers / total; });
}

double log_sum_exp(std::span<const float> x) {
  const float largest = largest_of(x);
  std::array<double, static_cast<std::size_t>(simd::kLanes)> sums{};
  simd::for_each(x.data(), static_cast<Index>(x.size()), kNothing,
                 [&](Floats values, Index, Index) {
                   const Floats powers = simd::exp(values - largest);
                   for (std::size_t lane = 0; lane < sums.size(); ++lane) {
                     sums[lane] += static_cast<double>(powers[lane]);
                   }
                 });
  double total = 0;
  for (const double sum : sums) {
    total += sum;
  }
  return largest + std::log(total);
}

}  // namespace patchboard
