#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/math/matrix.h"
#include "core/model/attention.h"
#include "core/token_id.h"
#include "core/weights/config.h"

namespace patchboard {

/// Patches of one layer that go through the model together: suffix i is the run in which the clean
/// resid_post was put at its first position, from that position on.
struct PatchBatch {
  std::vector<RowRange> suffixes;
  Index rows = 0;

  [[nodiscard]] Index patches() const { return static_cast<Index>(suffixes.size()); }

  /// How the patched runs go through a block: of every patched run, which rows are new and which
  /// are wanted. first: the block after the patch, where the patched row alone differs from the
  /// corrupted run's. last: the last block, of which only the last position is read.
  [[nodiscard]] std::vector<Sequence> sequences(bool first, bool last) const;
};

/// What a denoising sweep over resid_post has to compute, and what is known without arithmetic.
///
/// Exact reuse, with L layers and T positions: blocks up to the patched one are the corrupted run's
/// own; so are positions left of the patch (causal mask); a patch before the first differing token
/// changes nothing, nor does one in the last block anywhere but at the last position, since only
/// that position is read; the first block after the patch needs q, k and v of the patched row
/// alone; the last block needs all else but k and v of the last row alone.
///
/// A block-row is one position going through one block, n_layer · T of them a run. Parts of one
/// count by their multiply-adds: for d_mlp = 4 d_model q, k and v are 1/12 each and the rest is
/// 9/12.
class SweepPlan {
 public:
  SweepPlan(const Config& config, std::span<const TokenId> clean,
            std::span<const TokenId> corrupted);

  /// T when the prompts are the same.
  [[nodiscard]] Index first_difference() const { return first_difference_; }
  [[nodiscard]] Index n_layer() const { return n_layer_; }
  [[nodiscard]] Index n_positions() const { return n_positions_; }

  /// Every patch of `layer` that changes the answer, in batches small enough to bound memory.
  [[nodiscard]] std::vector<PatchBatch> batches(Index layer) const;

  /// Block-rows of one heatmap row.
  [[nodiscard]] double block_rows(Index layer) const;

  /// Block-rows of the whole sweep, beyond the clean and the corrupted run themselves.
  [[nodiscard]] double block_rows() const;

  /// Block-rows of the report's loop: L · T whole runs of L blocks over T positions.
  [[nodiscard]] std::uint64_t naive_block_rows() const;

 private:
  Index n_layer_;
  Index n_positions_;
  Index first_difference_;
  double query_share_;  // of q, and so of k and of v, in a block-row
};

}  // namespace patchboard
