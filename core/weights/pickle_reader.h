#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "core/weights/pickle_value.h"

namespace patchboard {

/// The most that a pickle may have: some hundred times what a GPT-2's has.
inline constexpr std::size_t kMostPickleBytes = std::size_t{1} << 24;

/// Reads one pickle of protocol 2 to 5 from the front of some bytes. Nothing is executed and no
/// name is looked up: dictionaries of `collections` become dictionaries, objects of any class
/// records, and of functions those of `functions` alone are read, as records of a call.
/// Returns none where the bytes end before it does.
/// Errors: std::range_error, naming the byte: an opcode that is none, or of the text protocols 0
/// and 1; a stack that does not hold what is taken from it; a call of another function, by its
/// name; more than `kMostPickleValues` values.
/// Source: CPython's Lib/pickletools.py, `opcodes`.
[[nodiscard]] std::optional<Pickle> read_pickle(std::span<const std::byte> bytes,
                                                std::span<const std::string_view> functions);

}  // namespace patchboard
