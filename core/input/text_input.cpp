#include "core/input/text_input.h"

#include <algorithm>
#include <string>

#include "core/input/utf8.h"

namespace patchboard {
namespace {

[[noreturn]] void refuse_text(const InputSource& source, const std::string& what) {
  throw Error(source.code, source.name + ": " + what);
}

bool is_utf16(std::string_view text) {
  const bool has_mark = text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF");
  // Without the mark, every second byte of Latin letters is zero.
  const bool has_zeros = text.size() >= 2 && (text[0] == '\0') != (text[1] == '\0');
  return has_mark || has_zeros;
}

std::string hex(unsigned char byte) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  return {'0', 'x', kHex[byte >> 4U], kHex[byte & 0x0FU]};
}

}  // namespace

std::string_view without_byte_order_mark(std::string_view text) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  return text.substr(text.starts_with(kMark) ? kMark.size() : 0);
}

void require_utf8(std::string_view text, const InputSource& source) {
  if (is_utf16(text)) {
    refuse_text(source, "is UTF-16, expected UTF-8; save it as UTF-8");
  }
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = first_code_point(text.substr(at));
    if (!point.valid) {
      const auto line = 1 + std::ranges::count(text.substr(0, at), '\n');
      refuse_text(source, "is not UTF-8 at byte " + std::to_string(at) + ", in line " +
                              std::to_string(line) + " (" +
                              hex(static_cast<unsigned char>(text[at])) + "); save it as UTF-8");
    }
    at += point.length;
  }
}

bool is_lfs_start(std::string_view text) {
  constexpr std::string_view kStart = "version https://git-lfs.github.com/spec/";
  constexpr std::size_t kEnough = 8;  // bytes, as a safetensors file's first number has
  return text.size() >= kEnough && kStart.substr(0, text.size()) == text.substr(0, kStart.size());
}

void refuse_lfs_pointer(std::string_view text, const InputSource& source) {
  if (is_lfs_start(text)) {
    refuse_text(source, std::string(kLfsPointer));
  }
}

}  // namespace patchboard
