#pragma once

#include <string>

#include "core/weights/tensor_entry.h"

namespace patchboard {

/// What a person calls it, as ggml does: "q8_0", "q4_K". dtype: of llama.cpp's blocks.
/// Source: ggml.c, `ggml_type_name`.
[[nodiscard]] std::string quantization_name(DType dtype);

/// What numbers of this type cost, in one sentence for a person: "these are q8_0 weights: …".
[[nodiscard]] std::string quantization_cost(DType dtype);

}  // namespace patchboard
