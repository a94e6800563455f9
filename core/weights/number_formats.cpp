#include "core/weights/number_formats.h"

#include <Eigen/Core>
#include <algorithm>
#include <bit>
#include <cstring>

#include "core/weights/block_formats.h"

namespace patchboard {
namespace {

static_assert(std::endian::native == std::endian::little, "safetensors are little-endian");

template <typename Number>
void widen_all(std::span<const std::byte> bytes, float* values) {
  for (std::size_t at = 0; at < bytes.size(); at += sizeof(Number)) {
    Number number;
    std::memcpy(&number, bytes.data() + at, sizeof(Number));
    *values++ = static_cast<float>(number);
  }
}

}  // namespace

void widen(DType dtype, std::span<const std::byte> bytes, float* values) {
  if (dtype == DType::kF32) {
    std::ranges::copy(bytes, reinterpret_cast<std::byte*>(values));
  } else if (dtype == DType::kF64) {
    widen_all<double>(bytes, values);
  } else if (dtype == DType::kF16) {
    widen_all<Eigen::half>(bytes, values);
  } else if (dtype == DType::kBF16) {
    widen_all<Eigen::bfloat16>(bytes, values);
  } else if (is_quantized(dtype) && dtype != DType::kQ8) {
    dequantize_blocks(dtype, bytes, values);
  }
}

}  // namespace patchboard
