#pragma once

#include <span>
#include <vector>

#include "core/math/matrix.h"

namespace patchboard {

/// What reads the residual stream: a head's q, k or v through ln_1, an MLP through ln_2, the logits
/// through ln_f.
struct Reader {
  enum class Kind { kQ, kK, kV, kMlp, kLogits };
  Kind kind = Kind::kLogits;
  Index layer = 0;  ///< of all but the logits
  Index head = 0;   ///< of q, k and v

  bool operator==(const Reader&) const = default;
};

/// "This reader reads this residual stream in place of the run's own." resid: [rows, d_model], of
/// the rows that the reader reads.
struct OwnInput {
  Reader reader;
  const Matrix* resid = nullptr;
};

/// The input of its own that a reader has, or null.
[[nodiscard]] const Matrix* own_input(std::span<const OwnInput> inputs, const Reader& reader);

/// q, k and v of each head of a layer.
[[nodiscard]] std::vector<Reader> head_readers(Index layer, Index n_head);

}  // namespace patchboard
