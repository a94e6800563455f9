#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace patchboard {

/// GPT-2's files write bytes as printable characters: a printable Latin-1 byte is itself, the n-th
/// of the others is U+0100 + n. The space is `Ġ`, for example.
/// Source: openai/gpt-2 `src/encoder.py`, `bytes_to_unicode`.

/// The bytes that a symbol of vocab.json or merges.txt stands for; none where a character is not of
/// the alphabet.
[[nodiscard]] std::optional<std::string> symbol_to_bytes(std::string_view symbol);

/// The character for one byte, as UTF-8.
[[nodiscard]] std::string byte_to_symbol(unsigned char byte);

}  // namespace patchboard
