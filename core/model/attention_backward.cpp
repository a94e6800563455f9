#include "core/model/attention_backward.h"

#include "core/math/simd.h"

namespace patchboard {
namespace {

using simd::Floats;
using simd::kLanes;

float dot(const float* a, const float* b, Index size) {
  Floats sums{};
  simd::for_each(a, size, 0.0F, [&](Floats lanes, Index first, Index count) {
    const Floats others =
        count == kLanes ? simd::load(b + first) : simd::load_first(b + first, count, 0.0F);
    sums = simd::multiply_add(lanes, others, sums);
  });
  return simd::sum(sums);
}

/// out += factor · x.
void add_scaled(float factor, const float* x, Index size, float* out) {
  simd::for_each(x, size, 0.0F, [&](Floats lanes, Index first, Index count) {
    if (count == kLanes) {
      simd::store(simd::multiply_add(simd::splat(factor), lanes, simd::load(out + first)),
                  out + first);
    } else {
      const Floats before = simd::load_first(out + first, count, 0.0F);
      simd::store_first(simd::multiply_add(simd::splat(factor), lanes, before), count, out + first);
    }
  });
}

/// One head's part of gradients; those of other heads are left alone.
class HeadBackward {
 public:
  HeadBackward(const AttentionRule& rule, const Matrix& qkv, const Matrix& pattern,
               const Matrix& d_z, Index head, AttentionGradients& gradients)
      : rule_(rule),
        qkv_(qkv),
        pattern_(pattern),
        d_z_(d_z),
        head_(head),
        d_head_(d_z.cols() / rule.n_head),
        gradients_(gradients) {}

  /// What the query at a position adds.
  void query(Index at) {
    const Index row = head_ * d_z_.rows() + at;
    const float* pattern = pattern_.row(row).data();
    float* d_pattern = gradients_.pattern.row(row).data();
    const float* d_z = d_z_.row(at).data() + head_ * d_head_;
    float sum = 0;
    for (Index key = rule_.first_key(at); key <= at; ++key) {
      d_pattern[key] = dot(d_z, values(2, key), d_head_);
      sum += d_pattern[key] * pattern[key];
      add_scaled(pattern[key], d_z, d_head_, d_values(2, key));
    }
    for (Index key = rule_.first_key(at); key <= at; ++key) {
      const float unscaled = pattern[key] * (d_pattern[key] - sum);
      if (gradients_.scores.size() > 0) {
        gradients_.scores(row, key) = unscaled;
      }
      const float d_score = unscaled * rule_.scale;
      add_scaled(d_score, values(1, key), d_head_, d_values(0, at));
      add_scaled(d_score, values(0, at), d_head_, d_values(1, key));
    }
  }

 private:
  /// part: 0, 1, 2 for q, k, v.
  [[nodiscard]] Index first_col(Index part) const { return part * d_z_.cols() + head_ * d_head_; }
  [[nodiscard]] const float* values(Index part, Index at) const {
    return qkv_.row(at).data() + first_col(part);
  }
  [[nodiscard]] float* d_values(Index part, Index at) {
    return gradients_.qkv.row(at).data() + first_col(part);
  }

  const AttentionRule& rule_;
  const Matrix& qkv_;
  const Matrix& pattern_;
  const Matrix& d_z_;
  Index head_, d_head_;
  AttentionGradients& gradients_;
};

}  // namespace

AttentionGradients attention_backward(ThreadPool& pool, const Matrix& qkv, const Matrix& pattern,
                                      const Matrix& d_z, const AttentionRule& rule,
                                      bool with_scores) {
  const Index T = d_z.rows();
  AttentionGradients gradients{.qkv = Matrix::Zero(T, 3 * d_z.cols()),
                               .scores = with_scores ? Matrix::Zero(rule.n_head * T, T) : Matrix(),
                               .pattern = Matrix::Zero(rule.n_head * T, T)};
  pool.parallel_for(rule.n_head, [&](Index head) {
    HeadBackward backward(rule, qkv, pattern, d_z, head, gradients);
    for (Index at = 0; at < T; ++at) {
      backward.query(at);
    }
  });
  return gradients;
}

}  // namespace patchboard
