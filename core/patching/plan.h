#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/math/matrix.h"
#include "core/model/attention.h"
#include "core/token_id.h"

namespace patchboard {

/// Patches of one layer that go through the model together: suffix i is the run in which the clean
/// resid_post was put at positions[i], from that position on.
struct PatchBatch {
  std::vector<Index> positions;
  std::vector<Suffix> suffixes;
  Index rows = 0;
};

/// What a denoising sweep over resid_post has to compute, and what is known without arithmetic.
///
/// Exact reuse, with L layers and T positions: blocks up to the patched one are the corrupted run's
/// own; so are positions left of the patch (causal mask); a patch before the first differing token
/// changes nothing, nor does one in the last block anywhere but at the last position, since only
/// that position is read. A block-row is one position going through one block.
class SweepPlan {
 public:
  SweepPlan(Index n_layer, std::span<const TokenId> clean, std::span<const TokenId> corrupted);

  /// T when the prompts are the same.
  [[nodiscard]] Index first_difference() const { return first_difference_; }
  [[nodiscard]] Index n_layer() const { return n_layer_; }
  [[nodiscard]] Index n_positions() const { return n_positions_; }

  /// Every patch of `layer` that changes the answer, in batches small enough to bound memory.
  [[nodiscard]] std::vector<PatchBatch> batches(Index layer) const;

  /// Block-rows of one heatmap row.
  [[nodiscard]] std::uint64_t block_rows(Index layer) const;

  /// Block-rows of the whole sweep, beyond the clean and the corrupted run themselves.
  [[nodiscard]] std::uint64_t block_rows() const;

  /// Block-rows of the report's loop: L · T whole runs of L blocks over T positions.
  [[nodiscard]] std::uint64_t naive_block_rows() const;

 private:
  Index n_layer_;
  Index n_positions_;
  Index first_difference_;
};

}  // namespace patchboard
