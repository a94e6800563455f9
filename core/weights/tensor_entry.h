#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace patchboard {

/// The numbers of a tensor in a file. From kQ80 on they are llama.cpp's blocks, each with its own
/// scale.
/// Source: the types of ggml, https://github.com/ggml-org/ggml/blob/master/docs/gguf.md;
/// ggml-common.h, `block_q8_0` and those beside it.
enum class DType {
  kF64,
  kF32,
  kF16,
  kBF16,
  kQ8,   ///< our own, no format's: written to safetensors as bytes, "U8"
  kQ80,  ///< 32 int8, a scale
  kQ40,  ///< 32 of 4 bits less 8, a scale
  kQ41,  ///< 32 of 4 bits, a scale and a minimum
  kQ50,  ///< 32 of 5 bits less 16, a scale
  kQ51,  ///< 32 of 5 bits, a scale and a minimum
  kQ4K,  ///< 256 of 4 bits, scales and minima of 6 bits for 32
  kQ5K,  ///< 256 of 5 bits, scales and minima of 6 bits for 32
  kQ6K,  ///< 256 of 6 bits less 32, scales of 8 bits for 16
  kOther,
};

/// What is stored as one: one number, or a block of them.
struct BlockLayout {
  std::size_t elements = 1;
  std::size_t bytes = 0;  ///< 0 for kOther
};

[[nodiscard]] BlockLayout block_layout(DType dtype);

/// Bytes of so many elements, a multiple of a block's.
[[nodiscard]] std::uint64_t byte_count(DType dtype, std::uint64_t elements);

/// Whether several numbers share a scale.
[[nodiscard]] constexpr bool is_quantized(DType dtype) {
  return dtype >= DType::kQ8 && dtype < DType::kOther;
}

/// Whether they are llama.cpp's blocks.
[[nodiscard]] constexpr bool is_block(DType dtype) {
  return is_quantized(dtype) && dtype != DType::kQ8;
}

/// Whether our q8 holds the very values: int8 and one scale for 32 of them.
[[nodiscard]] constexpr bool fits_q8(DType dtype) {
  return dtype == DType::kQ8 || dtype == DType::kQ80 || dtype == DType::kQ40 ||
         dtype == DType::kQ50;
}

/// "F32", "Q8_0"; "" for kOther.
[[nodiscard]] std::string_view name_of(DType dtype);
/// kOther for a name that is none.
[[nodiscard]] DType dtype_of(std::string_view name);

/// One tensor of a file, whichever its format.
struct TensorEntry {
  std::string name;
  DType dtype = DType::kOther;
  std::string dtype_name;            ///< as the file's format calls it
  std::vector<std::uint64_t> shape;  ///< the last one's elements lie side by side
  std::uint64_t begin = 0;           ///< byte offsets from where the header ends
  std::uint64_t end = 0;
  /// In elements, where they do not lie row after row: then it spans from its first to its last.
  std::vector<std::uint64_t> strides = {};
};

/// Bytes that its shape needs.
/// Errors: std::range_error, naming the tensor, where that is more than 63 bits can count, or the
/// last size is no multiple of a block's.
[[nodiscard]] std::uint64_t byte_count(const TensorEntry& entry);

/// The next multiple of `alignment`, a power of two.
[[nodiscard]] constexpr std::uint64_t aligned(std::uint64_t position, std::uint64_t alignment) {
  return (position + alignment - 1) / alignment * alignment;
}

/// Sorts tensors by where they begin in the file, wherever that is.
void sort_by_begin(std::vector<TensorEntry>& entries);

/// Sorts tensors as their bytes lie in the file, one after the other, each at the next multiple of
/// `alignment`. Errors: std::range_error, naming the tensor that lies elsewhere.
void sort_by_place(std::vector<TensorEntry>& entries, std::uint64_t alignment);

/// "[768, 2304]"
[[nodiscard]] std::string shape_text(const std::vector<std::uint64_t>& shape);

}  // namespace patchboard
