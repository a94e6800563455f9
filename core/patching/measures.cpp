#include "core/patching/measures.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>

#include "core/math/softmax.h"

namespace patchboard {
namespace {

// Bounds the memory that logits take, at 200 kB a row for GPT-2's vocabulary.
constexpr Index kUnembedRows = 64;
constexpr float kNone = std::numeric_limits<float>::quiet_NaN();

float rank_of(std::span<const float> logits, TokenId token) {
  const float logit = logits[static_cast<std::size_t>(token)];
  const auto before = std::ranges::count_if(logits.begin(), logits.begin() + token,
                                            [&](float other) { return other >= logit; });
  const auto after = std::ranges::count_if(logits.begin() + token, logits.end(),
                                           [&](float other) { return other > logit; });
  return static_cast<float>(1 + before + after);
}

/// The logit less the largest other one; NaN where there is no other, or it is no float.
float margin_of(std::span<const float> logits, TokenId token) {
  const auto at = static_cast<std::size_t>(token);
  const float other = std::max(largest(logits.first(at)), largest(logits.subspan(at + 1)));
  const float margin = logits[at] - other;
  return std::isfinite(margin) ? margin : kNone;
}

/// Of a run that cannot be measured.
Measures not_finite(std::size_t targets) {
  return {.values = MeasureTable(targets, 1), .finite = false};
}

}  // namespace

void Measures::add(const Measures& other) {
  const std::span<float> sums = values.values();
  std::ranges::transform(sums, other.values.values(), sums.begin(), std::plus<>());
  finite = finite && other.finite;
}

void Measures::divide_by(float count) {
  for (float& value : values.values()) {
    value /= count;
  }
  // A sum of numbers can still be too large for one.
  for (const Measure measure : all_measures()) {
    const bool may_be_none = traits_of(measure).of_one_token;
    finite = finite && std::ranges::all_of(values.all_of(measure), [&](float value) {
               return std::isfinite(value) || (may_be_none && std::isnan(value));
             });
  }
  if (!finite) {
    *this = not_finite(values.targets());
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
  const std::span<const float> first = row_values(logits);
  const auto [total, entropy] = softmax_sums(first);
  if (!logits.bottomRows(logits.rows() - 1).allFinite()) {
    return not_finite(targets_.size());
  }
  Measures measures{.values = MeasureTable(targets_.size(), 1)};
  const auto put = [&](Measure measure, std::size_t target, double value) {
    measures.values.of(measure, target).front() = static_cast<float>(value);
    return std::isfinite(static_cast<float>(value));
  };
  for (std::size_t i = 0; i < targets_.size(); ++i) {
    const double log_prob = log_prob_of(targets_[i], logits, total);
    if (!put(Measure::kLogProb, i, log_prob)) {
      return not_finite(targets_.size());
    }
    put(Measure::kProb, i, std::exp(log_prob));
    if (targets_[i].size() == 1) {
      const TokenId token = targets_[i].front();
      put(Measure::kLogit, i, static_cast<double>(first[static_cast<std::size_t>(token)]));
      put(Measure::kRank, i, rank_of(first, token));
      put(Measure::kMargin, i, margin_of(first, token));
    }
  }
  put(Measure::kEntropy, 0, entropy);
  // A logit that is not finite makes the sum so, whichever token it is of.
  return put(Measure::kKl, 0, kl_of(first, total)) ? measures : not_finite(targets_.size());
}

/// total: of the first row. In nats, of all tokens together.
double Measurer::log_prob_of(const std::vector<TokenId>& target, const MatrixView& logits,
                             double total) const {
  double log_prob = static_cast<double>(logits(0, target.front())) - total;
  for (std::size_t i = 1; i < target.size(); ++i) {
    const std::span<const float> later = row_values(logits, static_cast<Index>(i));
    log_prob +=
        static_cast<double>(later[static_cast<std::size_t>(target[i])]) - log_sum_exp(later);
  }
  return log_prob;
}

double Measurer::kl_of(std::span<const float> logits, double total) const {
  double kl = 0;
  for (std::size_t i = 0; i < clean_log_probs_.size(); ++i) {
    const double log_prob = static_cast<double>(logits[i]) - total;
    kl += clean_probs_[i] * (clean_log_probs_[i] - log_prob);
  }
  return kl < 0 ? 0.0 : kl;  // rounding leaves some 1e-17 below zero; NaN stays
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
