#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <vector>

namespace patchboard {

/// A vector by its coordinates; those that it does not have are zero.
using SparseVector = std::map<int, double>;

/// Vectors that were added one by one, and which others are combinations of them.
class LinearSpan {
 public:
  /// The factors of the vectors that were added, in their order, whose sum is `vector`; none where
  /// there are none. Exact for vectors of few whole coordinates.
  [[nodiscard]] std::optional<std::vector<double>> factors_of(SparseVector vector) const;

  /// vector: not a combination of those before.
  void add(SparseVector vector);

 private:
  struct Row {
    int pivot;
    SparseVector reduced;
    std::vector<double> factors;  // of the vectors that were added, whose sum is `reduced`
  };

  /// Takes out of `vector` what the rows hold. Returns the factors of that.
  [[nodiscard]] std::vector<double> reduce(SparseVector& vector) const;

  std::vector<Row> rows_;
};

}  // namespace patchboard
