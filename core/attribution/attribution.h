#pragma once

#include "core/math/matrix.h"
#include "core/model/site.h"
#include "core/patching/sweep_plan.h"
#include "core/weights/config.h"

namespace patchboard {

/// A site in one layer of a run that is patched, and a metric's gradient there, as
/// `GradientVisitor` gets them.
struct SiteGradient {
  Site site;
  Index layer;
  MatrixView values;
  MatrixView gradient;
};

/// What every patch of a site in one layer would add to a metric, to first order: Σ gradient ·
/// (source - base) over the values that the patch replaces. source: kept `kept_of_source(site)`;
/// positions that it does not have count nothing. result: gets the layer's row. Sites of the
/// stream: [n_layer, T], a patch a layer and position. Sites of heads: [n_layer, n_head], all
/// positions of a head at once; or, by position, [n_layer, n_head · T], head after head, for the
/// pattern and the scores the row of the query at the position; or, of those, [n_layer, n_head · T
/// · T], query after query, zeros where a query sees no key. Source: Nanda 2023, "Attribution
/// patching"; Syed et al. 2023, section 3.
void attribute(const SiteGradient& base, const ActivationCache& source, ByPosition by_position,
               const Config& config, Matrix& result);

}  // namespace patchboard
