#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/weights/tensor_entry.h"

namespace patchboard {

/// A tensor's numbers side by side, row after row. spanned: from its first number to its last, as
/// many bytes as the entry spans.
[[nodiscard]] std::vector<std::byte> gathered(const TensorEntry& entry,
                                              std::span<const std::byte> spanned);

}  // namespace patchboard
