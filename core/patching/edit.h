#pragma once

#include <span>

#include "core/math/matrix.h"
#include "core/model/activation_cache.h"
#include "core/model/attention.h"
#include "core/patching/patch.h"

namespace patchboard {

/// What an edit does with the values that a run has at a site. A mean is the values of a run that
/// is one, `mean_activations`, in place of the run's own.
enum class How {
  kReplace,  ///< the source's take their place
  kZero,
  kScale,  ///< they are multiplied by `factor`
  kAdd,    ///< the source's, times `factor`, are added
};

/// "In this run, the values of a site in some layers, of some heads, at some positions are
/// changed." Edits of the same values act one after the other, in the order of their list.
struct Edit {
  Patch patch;
  How how = How::kReplace;
  const ActivationCache* source = nullptr;  ///< of kReplace and kAdd: keeps `kept_of_source`
  float factor = 1;

  [[nodiscard]] bool meets(Site site, Index layer) const {
    return patch.site == site && patch.layers.holds(layer);
  }
  /// Whether it changes anything at a position: the source may be shorter than the run.
  [[nodiscard]] bool holds(Index position) const {
    return patch.positions.holds(position) &&
           (source == nullptr || position < source->n_positions());
  }
};

/// Changes a site's values where the edits say so. rows: the positions that `values` holds, and in
/// which rows. Not of the pattern and the scores.
void edit_rows(std::span<const Edit> edits, Site site, Index layer, Index d_head,
               const RowRange& rows, MatrixSpan values);

/// Changes scores and patterns, and z accordingly, of the wanted positions of a sequence, as
/// `BlockVisitor::visit_attention` gets them.
void edit_attention(std::span<const Edit> edits, const Config& config, Index layer,
                    const AttentionInput& input, const Sequence& sequence, Matrix& z);

}  // namespace patchboard
