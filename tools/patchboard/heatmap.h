#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "core/math/matrix.h"

namespace patchboard {

/// A heatmap for a terminal: a line a row, three characters a cell.
struct Heatmap {
  std::string title;
  Matrix values;                         // [row, column], zero where nothing changes; NaN is none
  std::vector<std::string> rows = {};    // [row], what they are called; or empty for numbers
  std::vector<std::string> tokens = {};  // [column]; or empty
  /// [row][column], flat: cells that have no value because it is not finite; or empty.
  std::vector<std::uint8_t> not_finite = {};
};

enum class CellState { kKnown, kNotComputed, kNotFinite };
[[nodiscard]] CellState state_of(const Heatmap& heatmap, Index row, Index column);

/// Each cell is its value in tenths of the largest magnitude, as a digit with sign; in colour also
/// as a background from blue (negative) over white to red (positive). `.` rounds to zero, a blank
/// was not computed, `!` is not finite; each is explained where it occurs.
void print_heatmap(std::ostream& out, const Heatmap& heatmap, bool colour);

/// Whether standard output takes colours: a terminal, and NO_COLOR is not set.
[[nodiscard]] bool in_colour();

}  // namespace patchboard
