#pragma once

#include <cstdint>
#include <string>

#include "core/weights/tensor_entry.h"

namespace patchboard {

/// What a GGUF calls the type of a tensor: "Q8_0"; "type 99" for one that is not known.
/// Source: ggml.h, `ggml_type`.
[[nodiscard]] std::string gguf_type_name(std::uint32_t type);

/// The number of a type that a GGUF has. dtype: not kQ8 or kOther.
[[nodiscard]] std::uint32_t gguf_type(DType dtype);

}  // namespace patchboard
