#pragma once

#include <vector>

#include "core/math/matrix.h"

namespace patchboard {

/// What one block leaves behind in a run over T positions.
struct BlockActivations {
  Matrix qkv;         // [T, 3 d_model]: q, k and v side by side, each with its heads side by side
  Matrix resid_post;  // [T, d_model], the residual stream after the block
};

/// The kept activations of one run, a block each.
using ActivationCache = std::vector<BlockActivations>;

}  // namespace patchboard
