#include "core/model/top_k.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/math/softmax.h"

namespace patchboard {

std::vector<Prediction> top_k(const VectorView& logits, Index k) {
  std::vector<Index> order(static_cast<std::size_t>(logits.size()));
  std::iota(order.begin(), order.end(), Index{0});
  const auto count = std::min(k, logits.size());
  std::partial_sort(order.begin(), order.begin() + count, order.end(), [&](Index a, Index b) {
    return logits[a] != logits[b] ? logits[a] > logits[b] : a < b;
  });
  const double total = log_sum_exp(row_values(logits));
  std::vector<Prediction> top;
  for (Index i = 0; i < count; ++i) {
    const Index token = order[static_cast<std::size_t>(i)];
    top.push_back({token, logits[token], static_cast<float>(std::exp(logits[token] - total))});
  }
  return top;
}

}  // namespace patchboard
