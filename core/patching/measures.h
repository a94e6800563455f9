#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/math/matrix.h"
#include "core/math/thread_pool.h"
#include "core/model/gpt2.h"
#include "core/patching/measure_table.h"
#include "core/token_id.h"

namespace patchboard {

/// What is measured of one run, a table of one cell. Of a run whose logits are not all finite,
/// nothing: every value is NaN.
struct Measures {
  MeasureTable values;
  bool finite = true;  ///< whether it could be measured; of a mean, whether every run of it could

  [[nodiscard]] float of(Measure measure, std::size_t target = 0) const {
    return values.of(measure, target).front();
  }
  void add(const Measures& other);
  void divide_by(float count);
};

/// Reads measures off the logits of the answers' positions.
///
/// Targets of one token are read at the first of them. A continuation of several tokens is read
/// token after token, each after the ones before it (teacher-forced): its log_prob is the sum; of
/// measures of one token alone it has NaN, also where the run is finite.
class Measurer {
 public:
  /// targets: tokens of each, as many as there are answers' positions or, of several targets, one.
  /// clean_logits: [answers, vocab_size].
  Measurer(std::vector<std::vector<TokenId>> targets, const MatrixView& clean_logits);

  [[nodiscard]] Index answers() const { return static_cast<Index>(targets_.front().size()); }

  /// logits: [answers, vocab_size].
  [[nodiscard]] Measures of(const MatrixView& logits) const;

  /// Of many runs. normed: [runs · answers, d_model], after the final norm.
  [[nodiscard]] std::vector<Measures> of_runs(const Gpt2& model, ThreadPool& pool,
                                              const Matrix& normed) const;

 private:
  [[nodiscard]] double log_prob_of(const std::vector<TokenId>& target, const MatrixView& logits,
                                   double total) const;
  [[nodiscard]] double kl_of(std::span<const float> logits, double total) const;

  std::vector<std::vector<TokenId>> targets_;
  std::vector<double> clean_log_probs_;  // [vocab_size]
  std::vector<double> clean_probs_;      // [vocab_size]
};

}  // namespace patchboard
