#pragma once

#include "tools/patchboard/arguments.h"

namespace patchboard {

/// `patchboard predict`: the most probable next tokens, to standard output.
void run_predict(const PredictArguments& arguments);

/// `patchboard patch`: a denoising sweep over resid_post, to standard output; progress goes to
/// standard error where that is a terminal.
void run_patch(const PatchArguments& arguments);

/// `patchboard synth`: a model of a published size with random weights, to a folder; progress goes
/// to standard error where that is a terminal.
void run_synth(const SynthArguments& arguments);

/// `patchboard bench`: what this build's GEMM does in one thread, as JSON to standard output; whole
/// sweeps and other engines are compared by tools/bench.
void run_bench(const BenchArguments& arguments);

}  // namespace patchboard
