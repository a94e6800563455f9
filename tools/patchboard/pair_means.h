#pragma once

#include <limits>
#include <optional>

#include "core/math/matrix.h"

namespace patchboard {

/// Cell by cell over pairs, by Welford's method.
class Spread {
 public:
  void add(const Matrix& values);

  [[nodiscard]] int count() const { return count_; }
  /// None of no pair.
  [[nodiscard]] std::optional<Matrix> mean() const;
  /// Of the sample (n - 1). A single pair has none.
  [[nodiscard]] std::optional<Matrix> deviation() const;

 private:
  int count_ = 0;
  Matrix mean_;
  Matrix squares_;
};

/// A metric of the runs without a patch.
struct UnpatchedValues {
  float clean = 0;
  float corrupted = 0;
};

/// One metric of patched runs over all pairs: what patches change, and that change as a share of
/// the way from the corrupted to the clean run. There are two such means of several pairs.
class MetricOverPairs {
 public:
  /// least_gap: a clean and a corrupted run that are nearer have no share; 0 where none have.
  explicit MetricOverPairs(float least_gap)
      : least_gap_(least_gap > 0 ? least_gap : std::numeric_limits<float>::infinity()) {}

  /// patched: [row, column]. denoises: whether the corrupted run is the one that is patched.
  void add(const Matrix& patched, const UnpatchedValues& unpatched, bool denoises);

  [[nodiscard]] const Spread& change() const { return change_; }
  /// The metric's means over all pairs first, then normalised: the field's usual order.
  /// None where the means of the two runs are too near each other.
  [[nodiscard]] std::optional<Matrix> share_of_means() const;
  /// Each pair normalised by itself, of those that are far enough apart.
  [[nodiscard]] const Spread& shares() const { return shares_; }

 private:
  float least_gap_;
  Spread patched_;
  Spread change_;
  Spread shares_;
  double clean_ = 0;
  double corrupted_ = 0;
};

}  // namespace patchboard
