#include "core/closer/largest_changes.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace patchboard {

std::vector<Index> largest_changes(const Vector& before, const Vector& after, Index count) {
  std::vector<Index> order(static_cast<std::size_t>(before.size()));
  std::iota(order.begin(), order.end(), Index{0});
  const auto key = [&](Index index) {
    return std::pair(-std::abs(after[index] - before[index]), index);
  };
  const std::ptrdiff_t wanted = std::min<std::ptrdiff_t>(count, std::ssize(order));
  std::ranges::partial_sort(order, order.begin() + wanted, {}, key);
  order.resize(static_cast<std::size_t>(wanted));
  return order;
}

}  // namespace patchboard
