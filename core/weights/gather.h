#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/weights/tensor_entry.h"

namespace patchboard {

/// How many numbers there are from a tensor's first to its last, both with; strides in numbers, one
/// a size. name: for errors. Errors: std::range_error where that is more than can be counted.
[[nodiscard]] std::uint64_t span_of(const std::string& name,
                                    const std::vector<std::uint64_t>& shape,
                                    const std::vector<std::uint64_t>& strides);

/// A tensor's numbers side by side, row after row. spanned: from its first number to its last, as
/// many bytes as the entry spans.
[[nodiscard]] std::vector<std::byte> gathered(const TensorEntry& entry,
                                              std::span<const std::byte> spanned);

}  // namespace patchboard
