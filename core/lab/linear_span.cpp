#include "core/lab/linear_span.h"

#include <cmath>
#include <cstddef>
#include <utility>

namespace patchboard {
namespace {

constexpr double kZero = 1e-9;

void drop_zeros(SparseVector& vector) {
  std::erase_if(vector, [](const auto& coordinate) { return std::abs(coordinate.second) < kZero; });
}

}  // namespace

std::vector<double> LinearSpan::reduce(SparseVector& vector) const {
  std::vector<double> factors(rows_.size());
  drop_zeros(vector);
  for (const Row& row : rows_) {
    const auto found = vector.find(row.pivot);
    if (found == vector.end()) {
      continue;
    }
    const double factor = found->second / row.reduced.at(row.pivot);
    for (const auto& [coordinate, value] : row.reduced) {
      vector[coordinate] -= factor * value;
    }
    for (std::size_t i = 0; i < row.factors.size(); ++i) {
      factors[i] += factor * row.factors[i];
    }
    drop_zeros(vector);
  }
  return factors;
}

std::optional<std::vector<double>> LinearSpan::factors_of(SparseVector vector) const {
  std::vector<double> factors = reduce(vector);
  return vector.empty() ? std::optional(std::move(factors)) : std::nullopt;
}

void LinearSpan::add(SparseVector vector) {
  std::vector<double> factors = reduce(vector);
  for (double& factor : factors) {
    factor = -factor;
  }
  factors.push_back(1);
  const int pivot = vector.begin()->first;
  rows_.push_back({.pivot = pivot, .reduced = std::move(vector), .factors = std::move(factors)});
}

}  // namespace patchboard
