#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace patchboard {

/// What llama.cpp calls a tensor of a GPT-2 is called by those who published it:
/// `blk.0.attn_qkv.weight` is `h.0.attn.c_attn.weight`. None for a name that is not llama.cpp's.
/// Under its name a projection's matrix lies transposed, [out, in].
/// Source: llama.cpp, `conversion/gpt2.py` and `gguf/tensor_mapping.py`.
[[nodiscard]] std::optional<std::string> published_name(std::string_view gguf_name);

/// The other way round. name: of a tensor of a GPT-2, without a prefix.
[[nodiscard]] std::string gguf_name(std::string_view published_name);

}  // namespace patchboard
