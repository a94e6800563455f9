#pragma once

#include "core/math/matrix.h"
#include "core/token_id.h"

namespace patchboard {

/// What of the logits of the last position is asked about.
enum class Metric {
  kLogit,      ///< of the target
  kLogitDiff,  ///< of the target, less that of the token it is compared with
  kProb,       ///< of the target
  kLogProb,    ///< natural logarithm of the target's probability
};

/// A metric and the tokens that it is about.
struct Question {
  Metric metric = Metric::kLogit;
  TokenId target = 0;
  TokenId against = 0;  ///< of kLogitDiff only
};

/// logits: [vocab_size]. Token ids are preconditions.
[[nodiscard]] double metric_value(const Question& question, const VectorView& logits);

/// The gradient of the metric with respect to the logits: [vocab_size].
[[nodiscard]] Vector metric_gradient(const Question& question, const VectorView& logits);

}  // namespace patchboard
