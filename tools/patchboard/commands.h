#pragma once

#include "tools/patchboard/arguments.h"

namespace patchboard {

/// `patchboard predict`: the most probable next tokens, to standard output.
void run_predict(const PredictArguments& arguments);

/// `patchboard patch`: an experiment's heatmaps, to standard output; progress goes to standard
/// error where that is a terminal. Returns whether every check that was asked for passed.
[[nodiscard]] bool run_patch(const PatchArguments& arguments);

/// `patchboard cell`: one cell of every sweep of an experiment, looked at closely.
void run_cell(const CellArguments& arguments);

/// `patchboard lens`: the logit lens of a run, or of an experiment's two.
void run_lens(const RunArguments& arguments);

/// `patchboard attention`: a layer's attention patterns in a run, or in an experiment's two and
/// their difference.
void run_attention(const AttentionArguments& arguments);

/// `patchboard neurons`: the neurons of a layer that differ most between an experiment's two runs
/// at a position.
void run_neurons(const NeuronsArguments& arguments);

/// `patchboard template`: what is measured after every filling of a template.
void run_template(const TemplateArguments& arguments);

/// `patchboard pairs`: the sweeps of a set of prompt pairs, their mean and standard deviation;
/// progress goes to standard error where that is a terminal.
void run_pairs(const PairsArguments& arguments);

/// `patchboard replay`: a saved result is computed again and compared. Returns whether no number is
/// further away than the tolerance.
[[nodiscard]] bool run_replay(const ReplayArguments& arguments);

/// `patchboard synth`: a model of a published size with random weights, to a folder; progress goes
/// to standard error where that is a terminal.
void run_synth(const SynthArguments& arguments);

/// `patchboard convert`: a copy of a model's folder with smaller numbers.
void run_convert(const ConvertArguments& arguments);

/// `patchboard bench`: how fast this build is, to standard output; tools/bench compares it with
/// other programs.
void run_bench(const BenchArguments& arguments);

/// `patchboard report`: every table and figure of the student report on one or more models, beside
/// the report's own, to standard output.
void run_report(const ReportArguments& arguments);

/// `patchboard verify`: compares a model with known logits, to standard output. Returns whether it
/// is the model that they are of. Errors: see `read_known_logits` and model_folder.h.
[[nodiscard]] bool run_verify(const VerifyArguments& arguments);

}  // namespace patchboard
