#pragma once

#include <string_view>

#include "core/input/json_tree.h"

namespace patchboard {

/// Without the bytes that some programs put before UTF-8.
[[nodiscard]] std::string_view without_byte_order_mark(std::string_view text);

/// Errors: of the source's code for text that is not UTF-8, with the line, the byte, and what it
/// looks like instead where that is plain (UTF-16).
void require_utf8(std::string_view text, const InputSource& source);

/// What is wrong with the file that is one, and what to do.
inline constexpr std::string_view kLfsPointer =
    "is a Git LFS pointer, three lines in place of the file itself; fetch the file with `git lfs "
    "pull`";

/// Whether a file that begins with `text`, 8 bytes at least, can only be one.
[[nodiscard]] bool is_lfs_start(std::string_view text);

/// Git LFS keeps three lines in place of a large file, until it is asked for the file.
/// Errors: of the source's code where `text`, the beginning of a file, is that.
/// Source: https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
void refuse_lfs_pointer(std::string_view text, const InputSource& source);

}  // namespace patchboard
