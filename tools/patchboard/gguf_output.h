#pragma once

#include <cstdint>
#include <filesystem>

#include "core/weights/tensor_entry.h"
#include "tools/patchboard/model_folder.h"

namespace patchboard {

/// Writes a model as one GGUF that llama.cpp reads: version 3, architecture gpt2, its tokenizer and
/// special ids in the metadata. Projections are transposed to [out, in]; never more than one tensor
/// is held.
/// dtype: of the matrices, kF32, kF16 or kQ80; rows that are no multiple of a block stay kF16, the
/// positions and all vectors kF32, as llama.cpp's own converter has them.
/// Returns the bytes of the file. Errors: of reading the model; kState where it cannot be written.
/// Source: gguf.md; llama.cpp `conversion/gpt2.py`; ggml-quants.c `quantize_row_q8_0_ref`.
[[nodiscard]] std::uint64_t write_gguf(const ModelFiles& model, DType dtype,
                                       const std::filesystem::path& out);

}  // namespace patchboard
