#pragma once

#include <vector>

#include "core/math/matrix.h"
#include "core/model/top_k.h"

namespace patchboard {

/// What a model says comes next: of one run or, of noise, the mean over the runs of its samples.
struct Answer {
  Vector logit;        ///< [vocab_size]
  Vector prob;         ///< [vocab_size]
  bool finite = true;  ///< whether the logits of every run are; where not, there is nothing to read
};

/// Adds runs up to an answer, with the arithmetic of `Measures`, so that a token's probability here
/// and as a target is the same to the bit.
class AnswerSum {
 public:
  /// logits: [vocab_size], of the last position of one more run.
  void add(const VectorView& logits);
  /// The mean. At least one run was added.
  [[nodiscard]] Answer mean() const;

 private:
  Answer sum_;
  Index count_ = 0;
};

/// Of one run. logits: [vocab_size].
[[nodiscard]] Answer answer_of(const VectorView& logits);

/// The k most probable tokens, most probable first; then by logit, then in the order of their ids.
/// None where the answer is not finite.
[[nodiscard]] std::vector<Prediction> top_k(const Answer& answer, Index k);

}  // namespace patchboard
