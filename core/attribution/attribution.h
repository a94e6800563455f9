#pragma once

#include "core/attribution/backward.h"
#include "core/attribution/gradients.h"
#include "core/math/matrix.h"
#include "core/model/activation_cache.h"
#include "core/model/site.h"
#include "core/weights/config.h"

namespace patchboard {

/// What every patch of a site in one layer would add to a metric, to first order: Σ gradient ·
/// (source - base) over the values that the patch replaces. block: of the metric's gradients in the
/// base run, which is the run that is patched. base, source: kept `kept_of_source(site)`, but base
/// needs no pattern. Positions that the source does not have count nothing. result: gets the
/// layer's row. Sites of the stream: [n_layer, T], a patch a layer and position. Sites of heads:
/// [n_layer, n_head], all positions of a head at once; or, by position, [n_layer, n_head · T], head
/// after head, for the pattern the row of the query at the position. Source: Nanda 2023,
/// "Attribution patching"; Syed et al. 2023, section 3.
void attribute(const BlockOfBackward& block, const ActivationCache& base,
               const ActivationCache& source, Site site, bool by_position, const Config& config,
               Matrix& result);

/// The whole of it, from gradients that were kept. base, source: kept `kept_of_source(site)`.
[[nodiscard]] Matrix attribute(const Gradients& gradients, const ActivationCache& base,
                               const ActivationCache& source, Site site, bool by_position,
                               const Config& config);

}  // namespace patchboard
