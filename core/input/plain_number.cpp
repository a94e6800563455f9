#include "core/input/plain_number.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>

#include "core/input/utf8.h"

namespace patchboard {
namespace {

[[noreturn]] void refuse_number(const InputSource& source, const std::string& found,
                                const std::string& expected) {
  throw Error(source.code, source.name + ": " + found + ", expected " + expected);
}

std::string quoted(std::string_view text) {
  return text.empty() ? "nothing" : "\"" + replace_invalid_utf8(text) + "\"";
}

bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }

/// "5", "-5"; a leading zero is read by some as octal, so it is not a number here, as in JSON.
bool is_whole(std::string_view text) {
  const std::string_view digits = text.substr(text.starts_with('-') ? 1 : 0);
  return !digits.empty() && std::ranges::all_of(digits, is_digit) &&
         (digits.size() == 1 || digits[0] != '0');
}

/// Takes the digits at the front away; says whether there were some.
bool take_digits(std::string_view& text) {
  const auto end = std::ranges::find_if_not(text, is_digit);
  const auto count = static_cast<std::size_t>(end - text.begin());
  text.remove_prefix(count);
  return count > 0;
}

/// Source: RFC 8259, section 6.
bool is_json_number(std::string_view text) {
  const std::size_t end = text.find_first_of(".eE");
  if (!is_whole(text.substr(0, end))) {
    return false;
  }
  text = end == std::string_view::npos ? std::string_view() : text.substr(end);
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (!take_digits(text)) {
      return false;
    }
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    text.remove_prefix(text.starts_with('-') || text.starts_with('+') ? 1 : 0);
    if (!take_digits(text)) {
      return false;
    }
  }
  return text.empty();
}

/// The fewest digits that give the same number back. Not by std::to_chars, whose tables would be an
/// eighth of the tab's engine.
std::string written(double value) {
  constexpr std::size_t kLongest = 32;
  std::array<char, kLongest> buffer{};
  for (int digits = std::numeric_limits<double>::digits10;
       digits <= std::numeric_limits<double>::max_digits10; ++digits) {
    std::snprintf(buffer.data(), buffer.size(), "%.*g", digits, value);
    if (std::strtod(buffer.data(), nullptr) == value) {
      break;
    }
  }
  return buffer.data();
}

}  // namespace

std::string NumberRange::text() const {
  std::string text = "a number";
  const NumberRange all;
  if (least > all.least) {
    text += (above_least ? " above " : " from ") + written(least);
  }
  if (most < all.most) {
    text += (above_least ? ", up to " : " to ") + written(most);
  } else if (least > all.least && !above_least) {
    text += " on";
  }
  return text;
}

std::string whole_range_text(std::int64_t least, std::int64_t most) {
  using Limits = std::numeric_limits<std::int64_t>;
  if (least == Limits::min() && most == Limits::max()) {
    return "a whole number in digits";  // which of them may be, somebody else says
  }
  return "a whole number from " + std::to_string(least) + " to " + std::to_string(most);
}

std::int64_t read_whole_between(std::string_view text, const InputSource& source,
                                std::int64_t least, std::int64_t most) {
  std::int64_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (!is_whole(text) || code != std::errc() || value < least || value > most) {
    refuse_number(source, quoted(text), whole_range_text(least, most));
  }
  return value;
}

double read_number(std::string_view text, const InputSource& source, const NumberRange& range) {
  // Not every library has std::from_chars of doubles; std::strtod also takes "inf", "0x1" and
  // spaces, which is why the form is looked at first.
  const double value = is_json_number(text) ? std::strtod(std::string(text).c_str(), nullptr)
                                            : std::numeric_limits<double>::quiet_NaN();
  if (!range.holds(value)) {
    refuse_number(source, quoted(text), range.text());
  }
  return value;
}

std::int64_t whole_of_double(double value, const InputSource& source, std::int64_t least,
                             std::int64_t most) {
  constexpr double kExact = 9007199254740992.0;  // 2^53: beyond it, doubles leave numbers out
  const bool is_whole = std::abs(value) <= kExact && std::trunc(value) == value;
  const auto whole = is_whole ? static_cast<std::int64_t>(value) : 0;
  if (!is_whole || whole < least || whole > most) {
    refuse_number(source, written(value), whole_range_text(least, most));
  }
  return whole;
}

}  // namespace patchboard
