#include "core/math/q8.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace patchboard {
namespace {

constexpr float kLargest = 127.0F;

std::int8_t rounded_to_byte(float value) {
  return static_cast<std::int8_t>(std::clamp(std::nearbyint(value), -kLargest, kLargest));
}

/// What a weight is multiplied with; 0 for a scale so small that it has no finite inverse, whose
/// weights all become 0: a zero among them times infinity would be NaN, which no byte is.
float inverse_of(float scale) {
  const float inverse = 1.0F / scale;
  return std::isfinite(inverse) ? inverse : 0.0F;
}

}  // namespace

void quantize_down(const float* values, Index rows, Index cols, float* scales,
                   std::int8_t* rounded) {
  std::fill_n(scales, cols, 0.0F);
  for (Index i = 0; i < rows * cols; i += cols) {
    for (Index col = 0; col < cols; ++col) {
      scales[col] = std::max(scales[col], std::abs(values[i + col]));
    }
  }
  std::vector<float> inverse(static_cast<std::size_t>(cols));
  for (Index col = 0; col < cols; ++col) {
    scales[col] /= kLargest;
    inverse[static_cast<std::size_t>(col)] = inverse_of(scales[col]);
  }
  for (Index i = 0; i < rows * cols; i += cols) {
    for (Index col = 0; col < cols; ++col) {
      rounded[i + col] = rounded_to_byte(values[i + col] * inverse[static_cast<std::size_t>(col)]);
    }
  }
}

void quantize_along(const float* values, Index count, float* scales, std::int8_t* rounded) {
  for (Index first = 0; first < count; first += kQ8Group) {
    const Index size = std::min(kQ8Group, count - first);
    float largest = 0;
    for (Index i = first; i < first + size; ++i) {
      largest = std::max(largest, std::abs(values[i]));
    }
    float& scale = scales[first / kQ8Group];
    scale = largest / kLargest;
    const float inverse = inverse_of(scale);
    for (Index i = first; i < first + size; ++i) {
      rounded[i] = rounded_to_byte(values[i] * inverse);
    }
  }
}

void dequantize_down(const float* scales, const std::int8_t* rounded, Index rows, Index cols,
                     float* values) {
  for (Index i = 0; i < rows * cols; i += cols) {
    for (Index col = 0; col < cols; ++col) {
      values[i + col] = static_cast<float>(rounded[i + col]) * scales[col];
    }
  }
}

void dequantize_along(const float* scales, const std::int8_t* rounded, Index count, float* values) {
  for (Index i = 0; i < count; ++i) {
    values[i] = static_cast<float>(rounded[i]) * scales[i / kQ8Group];
  }
}

}  // namespace patchboard
