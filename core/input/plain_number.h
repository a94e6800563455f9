#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/input/json_tree.h"

namespace patchboard {

/// A range that numbers from outside have to lie in. Both ends are allowed unless it says
/// otherwise.
struct NumberRange {
  double least = std::numeric_limits<double>::lowest();
  double most = std::numeric_limits<double>::max();
  bool above_least = false;  ///< least itself is not allowed

  /// Also false for NaN.
  [[nodiscard]] bool holds(double value) const {
    return (above_least ? value > least : value >= least) && value <= most;
  }
  /// "a number above 0, up to 1"
  [[nodiscard]] std::string text() const;
};

/// "a whole number from 0 to 7"
[[nodiscard]] std::string whole_range_text(std::int64_t least, std::int64_t most);

/// The one place where a number from outside becomes narrower. Whole numbers that a caller asks for
/// fit in 64 bits with a sign; on 32 bits `Index` does not, so the ends are the type's own at most.
template <std::integral T>
[[nodiscard]] T narrowed(std::int64_t checked) {
  return static_cast<T>(checked);
}
template <std::integral T>
[[nodiscard]] std::int64_t widened(T bound) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  return std::in_range<std::int64_t>(bound) ? static_cast<std::int64_t>(bound) : kMost;
}

/// A whole number in digits, with a minus before it or without; nothing else: no plus, spaces,
/// point, exponent, 0x or empty text.
/// Errors: of the source's code, naming what was found and the range.
[[nodiscard]] std::int64_t read_whole_between(std::string_view text, const InputSource& source,
                                              std::int64_t least, std::int64_t most);

template <std::integral T>
[[nodiscard]] T read_whole(std::string_view text, const InputSource& source, T least, T most) {
  return narrowed<T>(read_whole_between(text, source, widened(least), widened(most)));
}

/// "1,2,3": one at least, with single commas between.
template <std::integral T>
[[nodiscard]] std::vector<T> read_wholes(std::string_view text, const InputSource& source, T least,
                                         T most) {
  std::vector<T> values;
  while (true) {
    const std::size_t comma = text.find(',');
    values.push_back(read_whole<T>(text.substr(0, comma), source, least, most));
    if (comma == std::string_view::npos) {
      return values;
    }
    text.remove_prefix(comma + 1);
  }
}

/// A number as JSON writes it. Errors: as above; also for one that is not finite.
[[nodiscard]] double read_number(std::string_view text, const InputSource& source,
                                 const NumberRange& range = {});

/// A whole number that comes as a double, from JavaScript. Errors: as above, also for NaN.
[[nodiscard]] std::int64_t whole_of_double(double value, const InputSource& source,
                                           std::int64_t least, std::int64_t most);

template <std::integral T>
[[nodiscard]] T whole_of(double value, const InputSource& source, T least, T most) {
  return narrowed<T>(whole_of_double(value, source, widened(least), widened(most)));
}

}  // namespace patchboard
