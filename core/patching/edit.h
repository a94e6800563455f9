#pragma once

#include <span>

#include "core/math/matrix.h"
#include "core/model/activation_cache.h"
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

/// Changes the values of one row as the edit says. Of a head site, those of its heads.
/// values: [d_model], of the site in this layer at this position. Not of the pattern.
void apply(const Edit& edit, Index layer, Index position, Index d_head, std::span<float> values);

/// The same of a row of a head's pattern. values: [position + 1], of the keys that the query sees.
void apply_to_pattern(const Edit& edit, Index layer, Index head, Index position,
                      std::span<float> values);

}  // namespace patchboard
