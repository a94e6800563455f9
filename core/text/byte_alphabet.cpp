#include "core/text/byte_alphabet.h"

#include <array>
#include <unordered_map>

#include "core/input/utf8.h"

namespace patchboard {
namespace {

constexpr std::size_t kBytes = 256;
constexpr char32_t kFirstSubstitute = 0x100;

bool is_printable_latin1(std::size_t byte) {
  return (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
}

std::array<char32_t, kBytes> make_alphabet() {
  std::array<char32_t, kBytes> alphabet{};
  char32_t substitute = kFirstSubstitute;
  for (std::size_t byte = 0; byte < kBytes; ++byte) {
    alphabet[byte] = is_printable_latin1(byte) ? static_cast<char32_t>(byte) : substitute++;
  }
  return alphabet;
}

const std::array<char32_t, kBytes>& alphabet() {
  static const std::array<char32_t, kBytes> kAlphabet = make_alphabet();
  return kAlphabet;
}

const std::unordered_map<char32_t, char>& bytes_of_alphabet() {
  static const std::unordered_map<char32_t, char> kInverse = [] {
    std::unordered_map<char32_t, char> inverse;
    for (std::size_t byte = 0; byte < kBytes; ++byte) {
      inverse.emplace(alphabet()[byte], static_cast<char>(byte));
    }
    return inverse;
  }();
  return kInverse;
}

}  // namespace

std::optional<std::string> symbol_to_bytes(std::string_view symbol) {
  std::string bytes;
  while (!symbol.empty()) {
    const CodePoint point = first_code_point(symbol);
    const auto found = bytes_of_alphabet().find(point.value);
    if (!point.valid || found == bytes_of_alphabet().end()) {
      return std::nullopt;
    }
    bytes += found->second;
    symbol.remove_prefix(point.length);
  }
  return bytes;
}

std::string byte_to_symbol(unsigned char byte) {
  const char32_t point = alphabet()[byte];
  if (point < 0x80) {
    return {static_cast<char>(point)};
  }
  return {static_cast<char>(0xC0U | point >> 6U), static_cast<char>(0x80U | (point & 0x3FU))};
}

}  // namespace patchboard
