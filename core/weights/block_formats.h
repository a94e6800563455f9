#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/weights/tensor_entry.h"

namespace patchboard {

/// The values that llama.cpp's blocks stand for, to the bit of its `dequantize_row_*`.
/// dtype: kQ80 to kQ6K. bytes: whole blocks, at any alignment. values: as many as they have.
/// Source: ggml-common.h for the layouts, ggml-quants.c for the values.
void dequantize_blocks(DType dtype, std::span<const std::byte> bytes, float* values);

/// The same blocks as our q8. dtype: kQ80, kQ40 or kQ50. scales: [blocks]. values: [blocks · 32].
void blocks_to_q8(DType dtype, std::span<const std::byte> bytes, float* scales,
                  std::int8_t* values);

}  // namespace patchboard
