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

/// `patchboard convert`: a copy of a model's folder with smaller numbers.
void run_convert(const ConvertArguments& arguments);

/// `patchboard bench`: how fast this build is, to standard output; tools/bench compares it with
/// other programs.
void run_bench(const BenchArguments& arguments);

}  // namespace patchboard
