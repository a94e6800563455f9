#include "core/model/answer.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

#include "core/math/softmax.h"

namespace patchboard {

void AnswerSum::add(const VectorView& logits) {
  const double total = log_sum_exp(row_values(logits));
  const Vector prob = logits.unaryExpr([&](float logit) {
    return static_cast<float>(std::exp(static_cast<double>(logit) - total));
  });
  if (count_ == 0) {
    sum_.logit = logits;
    sum_.prob = prob;
  } else {
    sum_.logit += logits;
    sum_.prob += prob;
  }
  ++count_;
}

Answer AnswerSum::mean() const {
  Answer mean = sum_;
  if (count_ > 1) {
    mean.logit /= static_cast<float>(count_);
    mean.prob /= static_cast<float>(count_);
  }
  mean.finite = mean.logit.allFinite() && mean.prob.allFinite();
  return mean;
}

Answer answer_of(const VectorView& logits) {
  AnswerSum sum;
  sum.add(logits);
  return sum.mean();
}

std::vector<Prediction> top_k(const Answer& answer, Index k) {
  if (!answer.finite) {
    return {};
  }
  std::vector<Index> order(static_cast<std::size_t>(answer.prob.size()));
  std::iota(order.begin(), order.end(), Index{0});
  const Index count = std::min(k, answer.prob.size());
  const auto key = [&](Index token) {
    return std::tuple(-answer.prob[token], -answer.logit[token], token);
  };
  std::ranges::partial_sort(order, order.begin() + count, {}, key);
  std::vector<Prediction> top;
  for (Index i = 0; i < count; ++i) {
    const Index token = order[static_cast<std::size_t>(i)];
    top.push_back({token, answer.logit[token], answer.prob[token]});
  }
  return top;
}

}  // namespace patchboard
