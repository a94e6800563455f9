#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/weights/weight_reader.h"

namespace patchboard {

/// Writes what a WeightReader gives as a safetensors file: the same tensors in the same order,
/// without the buffers that it skips, in the numbers in which they are kept.
class StoredFile {
 public:
  /// out: where bytes are appended.
  explicit StoredFile(std::vector<std::byte>& out) : out_(&out) {}

  void begin(std::span<const WeightReader::Tensor> tensors);
  void add(const StoredStrip& strip);

  /// Leaves out the next bytes, which are there already.
  void skip(std::uint64_t bytes) { skip_ = bytes; }

 private:
  void append(std::span<const std::byte> bytes);

  std::vector<std::byte>* out_;
  std::uint64_t skip_ = 0;
};

}  // namespace patchboard
