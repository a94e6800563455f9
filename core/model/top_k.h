#pragma once

#include <vector>

#include "core/math/matrix.h"

namespace patchboard {

/// One candidate for the next token.
struct Prediction {
  Index token = 0;
  float logit = 0;
  float prob = 0;
};

/// The k most probable next tokens, most probable first; equal logits in the order of their ids.
/// logits: [vocab_size]. k: at least 0; at most vocab_size come back.
[[nodiscard]] std::vector<Prediction> top_k(const VectorView& logits, Index k);

}  // namespace patchboard
