#include "core/weights/stored_file.h"

#include <algorithm>
#include <string>

#include "core/weights/safetensors_header.h"

namespace patchboard {

void StoredFile::begin(std::span<const WeightReader::Tensor> tensors) {
  std::vector<TensorEntry> entries;
  std::uint64_t position = 0;
  for (const WeightReader::Tensor& tensor : tensors) {
    if (tensor.strips) {
      const DType dtype = tensor.strips->stored();
      const std::uint64_t size = tensor.strips->total_bytes(dtype);
      entries.push_back({.name = tensor.entry.name,
                         .dtype = dtype,
                         .dtype_name = std::string(name_of(dtype)),
                         .shape = tensor.strips->shape(dtype),
                         .begin = position,
                         .end = position + size});
      position += size;
    }
  }
  const std::string head = safetensors_head(entries);
  append(std::as_bytes(std::span(head)));
}

void StoredFile::add(const StoredStrip& strip) { append(strip.stored); }

void StoredFile::append(std::span<const std::byte> bytes) {
  const auto skipped = static_cast<std::size_t>(std::min<std::uint64_t>(skip_, bytes.size()));
  skip_ -= skipped;
  bytes = bytes.subspan(skipped);
  out_->insert(out_->end(), bytes.begin(), bytes.end());
}

}  // namespace patchboard
