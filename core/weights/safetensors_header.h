#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/weights/file_header.h"
#include "core/weights/tensor_entry.h"

namespace patchboard {

/// Of a safetensors file: its length in 8 bytes, and JSON.
/// Errors: a length that is absurd; what `parse_safetensors_header` says.
class SafetensorsHeader : public HeaderFormat {
 public:
  explicit SafetensorsHeader(std::string file) : file_(std::move(file)) {}

  void feed(std::span<const std::byte>& bytes) override;
  [[nodiscard]] std::optional<FileHeader> take() override;
  [[nodiscard]] std::string missing() const override;

 private:
  void feed_length(std::span<const std::byte>& bytes);
  void feed_text(std::span<const std::byte>& bytes);

  std::string file_;
  std::size_t size_ = 0;  // of the length that is there
  std::uint64_t header_bytes_ = 0;
  std::string text_;
};

/// Parses the JSON header of a safetensors file; the entries come back in the order of their bytes.
/// Beside the format's own dtypes those of llama.cpp's blocks are read, in which a copy of a GGUF
/// is kept. file: its name, for errors. Errors: kWeights, naming the tensor: not JSON, a name
/// twice, missing keys, offsets that overlap, leave gaps or do not match shape and dtype. Source:
/// the safetensors format, https://github.com/huggingface/safetensors#format
[[nodiscard]] std::vector<TensorEntry> parse_safetensors_header(std::string_view json,
                                                                const std::string& file);

/// What a file of these tensors begins with: the header's length and the header, filled up with
/// spaces so that the data is aligned to 8 bytes.
[[nodiscard]] std::string safetensors_head(const std::vector<TensorEntry>& entries);

/// The header of another format's file in the same JSON, which says in `__metadata__` which it is
/// and where its data begins; beside tensors whose numbers do not lie row after row, their strides.
[[nodiscard]] std::string header_text(const FileHeader& header);

/// A header that was read before, of any format, from its `text`. file: its name, for errors.
/// Errors: kWeights, see `parse_safetensors_header`.
[[nodiscard]] FileHeader read_header_text(std::string text, const std::string& file);

}  // namespace patchboard
