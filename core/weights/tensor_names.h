#pragma once

#include <string>
#include <string_view>

namespace patchboard {

/// A tensor's name as published files of a GPT-2 have it, and what a file puts before it.
struct TensorName {
  std::string prefix;     ///< "", "transformer.", "module._orig_mod.transformer."
  std::string published;  ///< "h.0.attn.c_attn.weight"
};

/// Takes off any sequence of the prefixes with which libraries save a GPT-2 that is a part of
/// something: `transformer.`, `model.`, `gpt.`, `module.` (data parallel), `_orig_mod.` (compiled).
[[nodiscard]] TensorName split_tensor_name(std::string_view name);

/// The masks, causal or of a window, which older files carry as tensors. published: without the
/// prefix.
[[nodiscard]] bool is_mask_buffer(std::string_view published);

/// Of an adapter that is not merged into its model, as PEFT names them. name: as in the file.
[[nodiscard]] bool is_of_adapter(std::string_view name);

}  // namespace patchboard
