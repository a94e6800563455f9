#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace patchboard {

/// The first code point of a text.
struct CodePoint {
  char32_t value = 0;      ///< U+FFFD where the bytes are not valid UTF-8
  std::size_t length = 0;  ///< bytes that it takes, at least 1
  bool valid = true;
};

/// text: at least one byte. An invalid part is as long as the WHATWG decoder's: the longest start
/// of a valid sequence, or one byte. Source: Unicode 16, section 3.9, table 3-7 and "U+FFFD
/// substitution of maximal subparts".
[[nodiscard]] CodePoint first_code_point(std::string_view text);

/// The text with every invalid part replaced by U+FFFD.
[[nodiscard]] std::string replace_invalid_utf8(std::string_view text);

}  // namespace patchboard
