#include "core/input/utf8.h"

namespace patchboard {
namespace {

constexpr char32_t kReplacement = 0xFFFD;
constexpr std::string_view kReplacementBytes = "\xEF\xBF\xBD";

/// What the first byte of a sequence says about the rest.
struct Lead {
  std::size_t length = 0;  // 0: no sequence starts with this byte
  char32_t bits = 0;
  unsigned second_min = 0x80;  // the second byte's range is narrower for some first bytes
  unsigned second_max = 0xBF;
};

Lead lead_of(unsigned byte) {
  if (byte < 0x80) {
    return {.length = 1, .bits = byte};
  }
  if (byte >= 0xC2 && byte <= 0xDF) {
    return {.length = 2, .bits = byte & 0x1FU};
  }
  if (byte >= 0xE0 && byte <= 0xEF) {
    return {.length = 3,
            .bits = byte & 0x0FU,
            .second_min = byte == 0xE0 ? 0xA0U : 0x80U,
            .second_max = byte == 0xED ? 0x9FU : 0xBFU};
  }
  if (byte >= 0xF0 && byte <= 0xF4) {
    return {.length = 4,
            .bits = byte & 0x07U,
            .second_min = byte == 0xF0 ? 0x90U : 0x80U,
            .second_max = byte == 0xF4 ? 0x8FU : 0xBFU};
  }
  return {};
}

}  // namespace

CodePoint first_code_point(std::string_view text) {
  const auto byte_at = [&](std::size_t i) {
    return static_cast<unsigned>(static_cast<unsigned char>(text[i]));
  };
  const Lead lead = lead_of(byte_at(0));
  if (lead.length == 0) {
    return {.value = kReplacement, .length = 1, .valid = false};
  }
  char32_t value = lead.bits;
  for (std::size_t i = 1; i < lead.length; ++i) {
    const unsigned min = i == 1 ? lead.second_min : 0x80U;
    const unsigned max = i == 1 ? lead.second_max : 0xBFU;
    if (i == text.size() || byte_at(i) < min || byte_at(i) > max) {
      return {.value = kReplacement, .length = i, .valid = false};
    }
    value = value << 6U | (byte_at(i) & 0x3FU);
  }
  return {.value = value, .length = lead.length, .valid = true};
}

std::string replace_invalid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const CodePoint point = first_code_point(text);
    out += point.valid ? text.substr(0, point.length) : kReplacementBytes;
    text.remove_prefix(point.length);
  }
  return out;
}

}  // namespace patchboard
