#include "core/math/layer_norm.h"

#include <cmath>

#include "core/math/simd.h"

namespace patchboard {

using simd::Floats;

void layer_norm(std::span<const float> x, const Vector& gain, const Vector& bias, float eps,
                float* out) {
  const auto D = static_cast<Index>(x.size());
  Floats sums{};
  simd::for_each(x.data(), D, 0.0F, [&](Floats values, Index, Index) { sums += values; });
  const float mean = simd::sum(sums) / static_cast<float>(D);

  Floats squares{};
  simd::for_each(x.data(), D, mean, [&](Floats values, Index, Index) {
    squares = simd::multiply_add(values - mean, values - mean, squares);
  });
  const float scale = 1.0F / std::sqrt(simd::sum(squares) / static_cast<float>(D) + eps);

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

}  // namespace patchboard
