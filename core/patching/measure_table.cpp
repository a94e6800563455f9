#include "core/patching/measure_table.h"

#include <algorithm>
#include <limits>

namespace patchboard {

MeasureTable::MeasureTable(std::size_t targets, std::size_t cells)
    : targets_(targets), cells_(cells) {
  const Measure last = all_measures().back();
  values_.assign(offset(last) + tables(last) * cells, std::numeric_limits<float>::quiet_NaN());
}

std::size_t MeasureTable::tables(Measure measure) const {
  return traits_of(measure).of_target ? targets_ : 1;
}

std::size_t MeasureTable::offset(Measure measure) const {
  std::size_t before = 0;
  for (const Measure other : all_measures()) {
    if (other == measure) {
      break;
    }
    before += tables(other);
  }
  return before * cells_;
}

std::span<const float> MeasureTable::of(Measure measure, std::size_t target) const {
  const std::size_t table = traits_of(measure).of_target ? target : 0;
  return values().subspan(offset(measure) + table * cells_, cells_);
}

std::span<float> MeasureTable::of(Measure measure, std::size_t target) {
  const std::size_t table = traits_of(measure).of_target ? target : 0;
  return values().subspan(offset(measure) + table * cells_, cells_);
}

std::span<const float> MeasureTable::all_of(Measure measure) const {
  return values().subspan(offset(measure), tables(measure) * cells_);
}

void MeasureTable::put(const MeasureTable& cells, std::size_t first) {
  for (const Measure measure : all_measures()) {
    for (std::size_t target = 0; target < tables(measure); ++target) {
      std::ranges::copy(cells.of(measure, target),
                        of(measure, target).begin() + static_cast<std::ptrdiff_t>(first));
    }
  }
}

void MeasureTable::forget(std::size_t cell) {
  for (std::size_t at = cell; at < values_.size(); at += cells_) {
    values_[at] = std::numeric_limits<float>::quiet_NaN();
  }
}

}  // namespace patchboard
