#include "tools/patchboard/rank_correlation.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace patchboard {
namespace {

/// From 0 on, equal values share the mean of their ranks.
std::vector<double> ranks_of(const std::vector<float>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return values[i]; });
  std::vector<double> ranks(values.size());
  for (std::size_t first = 0; first < order.size();) {
    std::size_t end = first + 1;
    while (end < order.size() && values[order[end]] == values[order[first]]) {
      ++end;
    }
    for (std::size_t i = first; i < end; ++i) {
      ranks[order[i]] = static_cast<double>(first + end - 1) / 2;
    }
    first = end;
  }
  return ranks;
}

}  // namespace

std::optional<double> rank_correlation(const Matrix& a, const Matrix& b) {
  std::vector<float> left;
  std::vector<float> right;
  for (Index i = 0; i < a.size(); ++i) {
    if (std::isfinite(a.data()[i]) && std::isfinite(b.data()[i])) {
      left.push_back(a.data()[i]);
      right.push_back(b.data()[i]);
    }
  }
  const std::vector<double> left_ranks = ranks_of(left);
  const std::vector<double> right_ranks = ranks_of(right);
  const double mean = (static_cast<double>(left.size()) - 1) / 2;
  double product = 0;
  double left_square = 0;
  double right_square = 0;
  for (std::size_t i = 0; i < left.size(); ++i) {
    product += (left_ranks[i] - mean) * (right_ranks[i] - mean);
    left_square += (left_ranks[i] - mean) * (left_ranks[i] - mean);
    right_square += (right_ranks[i] - mean) * (right_ranks[i] - mean);
  }
  if (left_square == 0 || right_square == 0) {
    return std::nullopt;
  }
  return product / std::sqrt(left_square * right_square);
}

}  // namespace patchboard
