#pragma once

#include <string_view>
#include <vector>

namespace patchboard {

/// Cuts a text into the pieces that are encoded one by one, by GPT-2's pattern
/// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`.
/// text: valid UTF-8. The pieces are views of it and cover it.
/// Source: openai/gpt-2 `src/encoder.py`.
[[nodiscard]] std::vector<std::string_view> split_pieces(std::string_view text);

}  // namespace patchboard
