#include "core/math/layer_norm.h"

#include <cmath>

#include "core/math/simd.h"

namespace patchboard {

namespace {

using simd::Floats;

struct Moments {
  float mean;
  float scale;  // 1 / sqrt(variance + eps)
};

Moments moments(std::span<const float> x, float eps) {
  const auto D = static_cast<Index>(x.size());
  Floats sums{};
  simd::for_each(x.data(), D, 0.0F, [&](Floats values, Index, Index) { sums += values; });
  const float mean = simd::sum(sums) / static_cast<float>(D);

  Floats squares{};
  simd::for_each(x.data(), D, mean, [&](Floats values, Index, Index) {
    squares = simd::multiply_add(values - mean, values - mean, squares);
  });
  return {mean, 1.0F / std::sqrt(simd::sum(squares) / static_cast<float>(D) + eps)};
}

}  // namespace

void layer_norm(std::span<const float> x, const Vector& gain, const Vector& bias, float eps,
                float* out) {
  const auto D = static_cast<Index>(x.size());
  const auto [mean, scale] = moments(x, eps);
  simd::for_each(x.data(), D, 0.0F, [&](Floats values, Index first, Index count) {
    const Floats normed = (values - mean) * scale;
    if (count == simd::kLanes) {
      const Floats gains = simd::load(gain.data() + first);
      simd::store(simd::multiply_add(normed, gains, simd::load(bias.data() + first)), out + first);
    } else {
      const Floats gains = simd::load_first(gain.data() + first, count, 0.0F);
      const Floats biases = simd::load_first(bias.data() + first, count, 0.0F);
      simd::store_first(simd::multiply_add(normed, gains, biases), count, out + first);
    }
  });
}

void add_layer_norm_gradient(std::span<const float> x, const Vector& gain, float eps,
                             std::span<const float> d_out, float* d_x) {
  const Moments of_x = moments(x, eps);
  const auto normed = [&](std::size_t i) { return (x[i] - of_x.mean) * of_x.scale; };
  const auto scaled = [&](std::size_t i) { return d_out[i] * gain[static_cast<Index>(i)]; };
  double sum = 0;
  double product = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    sum += static_cast<double>(scaled(i));
    product += static_cast<double>(scaled(i) * normed(i));
  }
  const auto mean = static_cast<float>(sum / static_cast<double>(x.size()));
  const auto slope = static_cast<float>(product / static_cast<double>(x.size()));
  for (std::size_t i = 0; i < x.size(); ++i) {
    d_x[i] += (scaled(i) - mean - normed(i) * slope) * of_x.scale;
  }
}

}  // namespace patchboard
