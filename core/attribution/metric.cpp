#include "core/attribution/metric.h"

#include <cmath>

#include "core/math/softmax.h"

namespace patchboard {
namespace {

double log_prob(const VectorView& logits, TokenId token) {
  return static_cast<double>(logits[token]) - log_sum_exp(row_values(logits));
}

}  // namespace

double metric_value(const Question& question, const VectorView& logits) {
  const auto logit = static_cast<double>(logits[question.target]);
  switch (question.metric) {
    case Metric::kLogit:
      return logit;
    case Metric::kLogitDiff:
      return logit - static_cast<double>(logits[question.against]);
    case Metric::kProb:
      return std::exp(log_prob(logits, question.target));
    case Metric::kLogProb:
      return log_prob(logits, question.target);
  }
  return 0;
}

Vector metric_gradient(const Question& question, const VectorView& logits) {
  Vector gradient = Vector::Zero(logits.size());
  if (question.metric == Metric::kLogit || question.metric == Metric::kLogitDiff) {
    gradient[question.target] += 1.0F;
    if (question.metric == Metric::kLogitDiff) {
      gradient[question.against] -= 1.0F;  // also where both tokens are the same: 0
    }
    return gradient;
  }
  gradient = logits;
  softmax(row_values(gradient));
  const float prob = gradient[question.target];
  gradient *= -1.0F;
  gradient[question.target] += 1.0F;
  return question.metric == Metric::kProb ? Vector(prob * gradient) : gradient;
}

}  // namespace patchboard
