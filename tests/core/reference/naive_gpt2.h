#pragma once

#include <optional>
#include <span>
#include <vector>

#include "core/model/reader.h"
#include "core/model/site.h"
#include "core/token_id.h"
#include "core/weights/config.h"
#include "tests/core/reference/plain_weights.h"

namespace patchboard::reference {

using Row = std::vector<double>;
using Rows = std::vector<Row>;

/// "In this run, resid_post at (layer, position) is this vector."
struct Patch {
  Index layer = 0;
  Index position = 0;
  Row value;  // [d_model]
};

/// "In this run, one value of a site is larger by so much." row, col: in the matrix that
/// BlockActivations keeps; for q, k and v, col counts from the first column of the part.
struct Nudge {
  Site site = Site::kResidPost;
  Index layer = 0;
  Index row = 0;
  Index col = 0;
  double by = 0;
  std::optional<Reader> reader = std::nullopt;  ///< of what it alone reads, in place of a site
};

struct NaiveRun {
  std::vector<Rows> resid_post;  // [layer][position][d_model]
  Row logits;                    // of the last position
};

/// GPT-2 written as plainly as it can be, in double: the slow twin of Gpt2 and of Sweep.
NaiveRun naive_forward(const Config& config, const PlainWeights& weights,
                       std::span<const TokenId> tokens,
                       const std::optional<Patch>& patch = std::nullopt,
                       const std::optional<Nudge>& nudge = std::nullopt,
                       std::span<const OwnInput> inputs = {});

/// Softmax of the logits.
Row probabilities(const Row& logits);

}  // namespace patchboard::reference
