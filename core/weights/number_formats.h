#pragma once

#include <cstddef>
#include <span>

#include "core/weights/tensor_entry.h"

namespace patchboard {

/// Widens little-endian numbers to f32, and rounds F64. dtype: not kQ8, whose scales lie elsewhere;
/// see Strips. bytes: whole elements, or blocks, of `dtype`, at any alignment. values: as many
/// floats as elements.
void widen(DType dtype, std::span<const std::byte> bytes, float* values);

}  // namespace patchboard
