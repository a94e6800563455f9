#pragma once

#include <vector>

#include "core/math/matrix.h"
#include "core/session/session.h"

namespace patchboard {

/// What a figure of the report shows, of every target: the experiment's first sweep, a row a layer
/// and a column a position.
struct FigureSweep {
  std::vector<float> clean;        ///< probability in the clean run: [target]
  std::vector<float> corrupted;    ///< in the corrupted run
  std::vector<Matrix> difference;  ///< patched less corrupted: [target] of [layer, position]
};

/// Errors: see `Session::start`.
[[nodiscard]] FigureSweep sweep_figure(Session& session, const Experiment& experiment);

}  // namespace patchboard
