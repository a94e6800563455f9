#include "tools/patchboard/visible_text.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/input/utf8.h"
#include "core/text/unicode_classes.h"

namespace patchboard {
namespace {

/// First and last of code points without a mark of their own: controls, and Unicode's
/// `Default_Ignorable_Code_Point` without the selectors of variants, which change what precedes
/// them. Source: Unicode 16.0, DerivedCoreProperties.txt.
constexpr std::array<std::pair<char32_t, char32_t>, 14> kUnseen = {{{0x7F, 0x9F},
                                                                    {0xAD, 0xAD},
                                                                    {0x34F, 0x34F},
                                                                    {0x61C, 0x61C},
                                                                    {0x115F, 0x1160},
                                                                    {0x17B4, 0x17B5},
                                                                    {0x180B, 0x180F},
                                                                    {0x200B, 0x200F},
                                                                    {0x202A, 0x202E},
                                                                    {0x2060, 0x206F},
                                                                    {0x3164, 0x3164},
                                                                    {0xFEFF, 0xFEFF},
                                                                    {0xFFA0, 0xFFA0},
                                                                    {0xE0000, 0xE0FFF}}};

bool is_unseen(char32_t point) {
  const bool is_other_space = point != U' ' && char_class(point) == CharClass::kSpace;
  return is_other_space || std::ranges::any_of(kUnseen, [&](const auto& range) {
           return range.first <= point && point <= range.second;
         });
}

constexpr std::string_view kHex = "0123456789abcdef";

/// As JSON has it: beyond 16 bits, two surrogates.
std::string escaped(char32_t point) {
  const auto unit = [](char32_t value) {
    std::string text = "\\u";
    for (const unsigned shift : {12U, 8U, 4U, 0U}) {
      text += kHex[(value >> shift) & 0xFU];
    }
    return text;
  };
  if (point < 0x10000) {
    return unit(point);
  }
  const char32_t rest = point - 0x10000;
  return unit(0xD800 + (rest >> 10U)) + unit(0xDC00 + (rest & 0x3FFU));
}

}  // namespace

std::string in_quotes(std::string_view text) {
  const std::string quoted = nlohmann::json(std::string(text)).dump();
  std::string visible;
  for (std::string_view rest = quoted; !rest.empty();) {
    const CodePoint point = first_code_point(rest);
    visible +=
        is_unseen(point.value) ? escaped(point.value) : std::string(rest.substr(0, point.length));
    rest.remove_prefix(point.length);
  }
  return visible;
}

}  // namespace patchboard
