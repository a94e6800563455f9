#pragma once

#include <vector>

#include "core/math/matrix.h"
#include "core/math/thread_pool.h"
#include "core/model/activation_cache.h"
#include "core/model/gpt2.h"
#include "core/patching/patch_batch.h"

namespace patchboard {

/// Edited runs of one base run, exactly and without doing work twice.
///
/// Reused, with L layers and T positions: blocks below the patch are the base run's own; so are
/// positions left of it (causal mask); the block that a patched run enters needs q, k and v of the
/// changed rows alone; the last block needs all but k and v of the rows that are read alone; the
/// patched block itself is continued from the site. All patches of a batch go through each weight
/// matrix together. Equals `whole_run` with the same edits to the bit.
class PatchedRuns {
 public:
  /// base keeps what `kept_of_base` says of the site, source, which edits without one take their
  /// values from, what `kept_of_source` says. All are to outlive this.
  PatchedRuns(const Gpt2& model, ThreadPool& pool, const ActivationCache& base,
              const ActivationCache& source)
      : model_(model), pool_(pool), base_(base), source_(source) {}

  /// resid_post of the last block at the answers' positions of every patched run:
  /// [patches · answers, d_model].
  [[nodiscard]] Matrix final_rows(const PatchBatch& batch) const;

 private:
  class Editor;
  void run_block(const PatchBatch& batch, Index layer, const std::vector<Sequence>& sequences,
                 const Matrix& own, Matrix& x) const;
  [[nodiscard]] Matrix entering_rows(const PatchBatch& batch) const;
  [[nodiscard]] Matrix all_answers(const PatchBatch& batch, const std::vector<RowRange>& ranges,
                                   const Matrix& x) const;

  const Gpt2& model_;
  ThreadPool& pool_;
  const ActivationCache& base_;
  const ActivationCache& source_;
};

}  // namespace patchboard
