#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/patching/measure.h"

namespace patchboard {

/// Every measure of some cells, which are runs, in one flat array: measure after measure in the
/// order of `all_measures()`, each [target][cell] or, where it is one of the whole run, [cell].
/// NaN until it is known.
class MeasureTable {
 public:
  MeasureTable() = default;
  MeasureTable(std::size_t targets, std::size_t cells);

  [[nodiscard]] std::size_t targets() const { return targets_; }
  [[nodiscard]] std::size_t cells() const { return cells_; }

  /// [cell]. target: of a measure of the whole run it is not read.
  [[nodiscard]] std::span<const float> of(Measure measure, std::size_t target = 0) const;
  [[nodiscard]] std::span<float> of(Measure measure, std::size_t target = 0);
  /// [target][cell], or [cell]
  [[nodiscard]] std::span<const float> all_of(Measure measure) const;
  /// All of it.
  [[nodiscard]] std::span<const float> values() const { return values_; }
  [[nodiscard]] std::span<float> values() { return values_; }

  /// Takes the cells of another table of as many targets in place of those from `first` on.
  void put(const MeasureTable& cells, std::size_t first);
  /// Nothing is known of a cell any more.
  void forget(std::size_t cell);

 private:
  [[nodiscard]] std::size_t offset(Measure measure) const;
  [[nodiscard]] std::size_t tables(Measure measure) const;

  std::size_t targets_ = 0;
  std::size_t cells_ = 0;
  std::vector<float> values_;
};

}  // namespace patchboard
