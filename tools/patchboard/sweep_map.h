#pragma once

#include <ostream>

#include "core/patching/sweep_plan.h"
#include "tools/patchboard/heatmap.h"

namespace patchboard {

/// A sweep's map for a terminal: a heatmap or, where columns are pairs of a query and a key, too
/// many to stand side by side, a line a head with its strongest pairs. heatmap.tokens: of such
/// pairs [position], else [column].
void print_sweep_map(std::ostream& out, const SweepPlan& plan, const Heatmap& heatmap);

}  // namespace patchboard
