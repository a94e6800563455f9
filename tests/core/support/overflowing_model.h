#pragma once

#include <vector>

#include "core/document/experiment.h"
#include "core/model/gpt2.h"

namespace patchboard::testing {

/// A model whose runs are finite, but of which some patched runs are not: one token's embedding is
/// near the largest float, and the MLPs add as much after all others.
struct OverflowingModel {
  Gpt2 model;
  /// mlp_out, denoising; its corrupted prompt has that token at position 1.
  Experiment experiment;
};

OverflowingModel overflowing_model(Index n_layer = 2);

}  // namespace patchboard::testing
