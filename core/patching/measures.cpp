#include "core/patching/measures.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/math/softmax.h"

namespace patchboard {
namespace {

// Bounds the memory that logits take, at 200 kB a row for GPT-2's vocabulary.
constexpr Index kUnembedRows = 64;

float rank_of(std::span<const float> logits, TokenId token) {
  const float logit = logits[static_cast<std::size_t>(token)];
  const auto before = std::ranges::count_if(logits.begin(), logits.begin() + token,
                                            [&](float other) { return other >= logit; });
  const auto after = std::ranges::count_if(logits.begin() + token, logits.end(),
                                           [&](float other) { return other > logit; });
  return static_cast<float>(1 + before + after);
}

/// Of a run that cannot be measured.
Measures not_finite(std::size_t targets) {
  const std::vector<float> none(targets, std::numeric_limits<float>::quiet_NaN());
  return {.prob = none,
          .log_prob = none,
          .logit = none,
          .rank = none,
          .kl = none.front(),
          .finite = false};
}

void add_each(std::vector<float>& sums, const std::vector<float>& values) {
  for (std::size_t i = 0; i < sums.size(); ++i) {
    sums[i] += values[i];
  }
}

}  // namespace

void Measures::add(const Measures& other) {
  add_each(prob, other.prob);
  add_each(log_prob, other.log_prob);
  add_each(logit, other.logit);
  add_each(rank, other.rank);
  kl += other.kl;
  finite = finite && other.finite;
}

void Measures::divide_by(float count) {
  for (std::vector<float>* values : {&prob, &log_prob, &logit, &rank}) {
    for (float& value : *values) {
      value /= count;
    }
  }
  kl /= count;
  const auto is_finite = [](float value) { return std::isfinite(value); };
  const auto is_infinite = [](float value) { return std::isinf(value); };
  // A sum of numbers can still be too large for one.
  finite = finite && is_finite(kl) && std::ranges::all_of(log_prob, is_finite) &&
           std::ranges::none_of(logit, is_infinite);
  if (!finite) {
    *this = not_finite(prob.size());
  }
}

Measurer::Measurer(std::vector<std::vector<TokenId>> targets, const MatrixView& clean_logits)
    : targets_(std::move(targets)) {
  const std::span<const float> logits = row_values(clean_logits);
  const double total = log_sum_exp(logits);
  for (const float logit : logits) {
    const double log_prob = static_cast<double>(logit) - total;
    clean_log_probs_.push_back(log_prob);
    clean_probs_.push_back(std::exp(log_prob));
  }
}

Measures Measurer::of(const MatrixView& logits) const {
  constexpr float kNone = std::numeric_limits<float>::quiet_NaN();
  const std::span<const float> first = row_values(logits);
  const double total = log_sum_exp(first);
  if (!logits.bottomRows(logits.rows() - 1).allFinite()) {
    return not_finite(targets_.size());
  }
  Measures measures;
  for (const std::vector<TokenId>& target : targets_) {
    const TokenId token = target.front();
    double log_prob = static_cast<double>(first[static_cast<std::size_t>(token)]) - total;
    const bool is_single = target.size() == 1;
    for (std::size_t i = 1; i < target.size(); ++i) {
      const std::span<const float> later = row_values(logits, static_cast<Index>(i));
      log_prob +=
          static_cast<double>(later[static_cast<std::size_t>(target[i])]) - log_sum_exp(later);
    }
    if (!std::isfinite(static_cast<float>(log_prob))) {
      return not_finite(targets_.size());
    }
    measures.log_prob.push_back(static_cast<float>(log_prob));
    measures.prob.push_back(static_cast<float>(std::exp(log_prob)));
    measures.logit.push_back(is_single ? first[static_cast<std::size_t>(token)] : kNone);
    measures.rank.push_back(is_single ? rank_of(first, token) : kNone);
  }
  double kl = 0;
  for (std::size_t i = 0; i < clean_log_probs_.size(); ++i) {
    const double log_prob = static_cast<double>(first[i]) - total;
    kl += clean_probs_[i] * (clean_log_probs_[i] - log_prob);
  }
  // A logit that is not finite makes the sum so, whichever token it is of.
  if (!std::isfinite(static_cast<float>(kl))) {
    return not_finite(targets_.size());
  }
  measures.kl = static_cast<float>(std::max(0.0, kl));  // rounding leaves some 1e-17 below zero
  return measures;
}

std::vector<Measures> Measurer::of_runs(const Gpt2& model, ThreadPool& pool,
                                        const Matrix& normed) const {
  const Index runs = normed.rows() / answers();
  const Index at_once = std::max<Index>(1, kUnembedRows / answers());
  std::vector<Measures> measures(static_cast<std::size_t>(runs));
  for (Index first = 0; first < runs; first += at_once) {
    const Index count = std::min(at_once, runs - first);
    const Matrix logits =
        model.unembed(pool, normed.middleRows(first * answers(), count * answers()));
    pool.parallel_for(count, [&](Index i) {
      measures[static_cast<std::size_t>(first + i)] =
          of(logits.middleRows(i * answers(), answers()));
    });
  }
  return measures;
}

}  // namespace patchboard
