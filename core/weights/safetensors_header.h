#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace patchboard {

/// The numbers of a tensor. kQ8 is not the format's own: such a tensor is written as bytes, "U8".
enum class DType { kF32, kF16, kBF16, kQ8, kOther };

/// Bytes an element; 0 for kOther.
[[nodiscard]] std::size_t bytes_per_element(DType dtype);

/// One tensor of a safetensors file.
struct TensorEntry {
  std::string name;
  DType dtype = DType::kOther;
  std::string dtype_name;  ///< as written in the file
  std::vector<std::uint64_t> shape;
  std::uint64_t begin = 0;  ///< byte offsets from the end of the header
  std::uint64_t end = 0;
};

/// The longest header that is read, as in the format's own implementation.
inline constexpr std::uint64_t kMaxHeaderBytes = 100'000'000;

/// Parses the JSON header of a safetensors file; the entries come back in the order of their bytes.
/// file: its name, for errors.
/// Errors: kWeights, naming the tensor: not JSON, a name twice, missing keys, offsets that overlap,
/// leave gaps or do not match shape and dtype.
/// Source: the safetensors format, https://github.com/huggingface/safetensors#format
[[nodiscard]] std::vector<TensorEntry> parse_safetensors_header(std::string_view json,
                                                                const std::string& file);

/// What a file of these tensors begins with: the header's length and the header, filled up with
/// spaces so that the data is aligned to 8 bytes.
[[nodiscard]] std::string safetensors_head(const std::vector<TensorEntry>& entries);

/// "[768, 2304]"
[[nodiscard]] std::string shape_text(const std::vector<std::uint64_t>& shape);

}  // namespace patchboard
