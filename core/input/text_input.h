#pragma once

#include <string_view>

#include "core/input/json_tree.h"

namespace patchboard {

/// Without the bytes that some programs put before UTF-8.
[[nodiscard]] std::string_view without_byte_order_mark(std::string_view text);

/// Errors: of the source's code for text that is not UTF-8, with the line, the byte, and what it
/// looks like instead where that is plain (UTF-16).
void require_utf8(std::string_view text, const InputSource& source);

/// Git LFS keeps three lines in place of a large file, until it is asked for the file.
/// Errors: of the source's code where `text`, the beginning of a file, is that.
/// Source: https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
void refuse_lfs_pointer(std::string_view text, const InputSource& source);

}  // namespace patchboard
