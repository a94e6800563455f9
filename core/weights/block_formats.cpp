#include "core/weights/block_formats.h"

#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "core/math/q8.h"

namespace patchboard {
namespace {

constexpr std::size_t kBlock = 32;
constexpr std::size_t kHalf = 2;  // bytes of a half
constexpr std::size_t kNibbles = kBlock / 2;
constexpr std::size_t kSuperBlock = 256;
static_assert(kBlock == static_cast<std::size_t>(kQ8Group));

using Byte = std::uint8_t;

float half_at(const Byte* bytes) {
  Eigen::half half;
  std::memcpy(&half, bytes, sizeof half);
  return static_cast<float>(half);
}

/// 32 numbers of 4 bits: the low halves of 16 bytes, then the high ones.
Byte nibble(const Byte* packed, std::size_t i) {
  return i < kNibbles ? packed[i] & 0xFU : packed[i - kNibbles] >> 4U;
}

/// The fifth bits of 32 numbers, one after the other.
unsigned high_bit(const Byte* bits, std::size_t i) { return bits[i / 8] >> (i % 8) & 1U; }

unsigned five_bits(const Byte* high, const Byte* low, std::size_t i) {
  return nibble(low, i) | high_bit(high, i) << 4U;
}

void q4_0_to_q8(const Byte* block, std::int8_t* values) {
  for (std::size_t i = 0; i < kBlock; ++i) {
    values[i] = static_cast<std::int8_t>(nibble(block + kHalf, i) - 8);
  }
}

void q5_0_to_q8(const Byte* block, std::int8_t* values) {
  const Byte* high = block + kHalf;
  for (std::size_t i = 0; i < kBlock; ++i) {
    values[i] = static_cast<std::int8_t>(static_cast<int>(five_bits(high, high + 4, i)) - 16);
  }
}

void block_to_q8(DType dtype, const Byte* block, std::int8_t* values) {
  if (dtype == DType::kQ40) {
    q4_0_to_q8(block, values);
  } else if (dtype == DType::kQ50) {
    q5_0_to_q8(block, values);
  } else {
    std::memcpy(values, block + kHalf, kBlock);
  }
}

void q4_1(const Byte* block, float* values) {
  const float scale = half_at(block);
  const float least = half_at(block + kHalf);
  for (std::size_t i = 0; i < kBlock; ++i) {
    values[i] = static_cast<float>(nibble(block + 2 * kHalf, i)) * scale + least;
  }
}

void q5_1(const Byte* block, float* values) {
  const float scale = half_at(block);
  const float least = half_at(block + kHalf);
  const Byte* high = block + 2 * kHalf;
  for (std::size_t i = 0; i < kBlock; ++i) {
    values[i] = static_cast<float>(five_bits(high, high + 4, i)) * scale + least;
  }
}

struct ScaleAndLeast {
  float scale;
  float least;
};

/// Of the group-th 32 numbers of a K block: two times 6 bits, packed into 12 bytes.
/// Source: ggml-quants.c, `get_scale_min_k4`.
ScaleAndLeast group_scale(const Byte* block, std::size_t group) {
  const auto packed = [&](std::size_t i) -> unsigned { return block[2 * kHalf + i]; };
  unsigned scale = packed(group) & 63U;
  unsigned least = packed(group + 4) & 63U;
  if (group >= 4) {
    scale = (packed(group + 4) & 0xFU) | (packed(group - 4) >> 6U) << 4U;
    least = packed(group + 4) >> 4U | (packed(group) >> 6U) << 4U;
  }
  return {.scale = half_at(block) * static_cast<float>(scale),
          .least = half_at(block + kHalf) * static_cast<float>(least)};
}

constexpr std::size_t kKHead = 2 * kHalf + 12;  // before a K block's numbers

/// Q4_K and, where there are high bits, Q5_K. Pairs of groups share 32 bytes: low halves, high
/// ones.
void k_block(const Byte* block, const Byte* high, const Byte* low, float* values) {
  for (std::size_t group = 0; group < kSuperBlock / kBlock; ++group) {
    const ScaleAndLeast of = group_scale(block, group);
    const Byte* packed = low + group / 2 * kBlock;
    for (std::size_t i = 0; i < kBlock; ++i) {
      unsigned number = group % 2 == 0 ? packed[i] & 0xFU : packed[i] >> 4U;
      number |= high == nullptr ? 0U : (high[i] >> group & 1U) << 4U;
      *values++ = of.scale * static_cast<float>(number) - of.least;
    }
  }
}

void q4_k(const Byte* block, float* values) { k_block(block, nullptr, block + kKHead, values); }

void q5_k(const Byte* block, float* values) {
  const Byte* high = block + kKHead;
  k_block(block, high, high + kSuperBlock / 8, values);
}

/// Of each 128 numbers, 64 bytes have the low four bits and 32 the two high ones.
void q6_k(const Byte* block, float* values) {
  const Byte* low = block;
  const Byte* high = low + kSuperBlock / 2;
  const Byte* scales = high + kSuperBlock / 4;
  const float scale = half_at(scales + kSuperBlock / 16);
  for (std::size_t i = 0; i < kSuperBlock; ++i) {
    const std::size_t part = i / 128;
    const std::size_t quarter = i % 128 / 32;
    const Byte pair = low[part * 64 + i % 64];
    const unsigned four = quarter < 2 ? pair & 0xFU : pair >> 4U;
    const unsigned two = high[part * 32 + i % 32] >> (2 * quarter) & 3U;
    const auto of_group = static_cast<std::int8_t>(scales[i / 16]);
    values[i] = scale * static_cast<float>(of_group) *
                static_cast<float>(static_cast<int>(four | two << 4U) - 32);
  }
}

using Dequantize = void (*)(const Byte*, float*);

Dequantize dequantizer(DType dtype) {
  using Row = std::pair<DType, Dequantize>;
  constexpr std::array kTable = {Row{DType::kQ41, q4_1}, Row{DType::kQ51, q5_1},
                                 Row{DType::kQ4K, q4_k}, Row{DType::kQ5K, q5_k},
                                 Row{DType::kQ6K, q6_k}};
  return std::ranges::find(kTable, dtype, &Row::first)->second;
}

}  // namespace

void dequantize_blocks(DType dtype, std::span<const std::byte> bytes, float* values) {
  const auto [elements, size] = block_layout(dtype);
  const auto* block = reinterpret_cast<const Byte*>(bytes.data());
  for (std::size_t i = 0; i < bytes.size() / size; ++i, block += size, values += elements) {
    if (fits_q8(dtype)) {
      std::array<std::int8_t, kBlock> q8;
      block_to_q8(dtype, block, q8.data());
      const float scale = half_at(block);
      dequantize_along(&scale, q8.data(), static_cast<Index>(kBlock), values);
    } else {
      dequantizer(dtype)(block, values);
    }
  }
}

void blocks_to_q8(DType dtype, std::span<const std::byte> bytes, float* scales,
                  std::int8_t* values) {
  const std::size_t size = block_layout(dtype).bytes;
  const auto* block = reinterpret_cast<const Byte*>(bytes.data());
  for (std::size_t i = 0; i < bytes.size() / size; ++i, block += size) {
    scales[i] = half_at(block);
    block_to_q8(dtype, block, values + i * kBlock);
  }
}

}  // namespace patchboard
