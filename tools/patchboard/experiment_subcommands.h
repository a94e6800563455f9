#pragma once

#include <CLI/CLI.hpp>

#include "tools/patchboard/arguments.h"

namespace patchboard {

/// The subcommands that run an experiment, or a part of one. `arguments` are to outlive `app`.
/// @{
void add_patch(CLI::App& app, PatchArguments& arguments);
void add_cell(CLI::App& app, CellArguments& arguments);
void add_lens(CLI::App& app, RunArguments& arguments);
void add_attention(CLI::App& app, AttentionArguments& arguments);
void add_neurons(CLI::App& app, NeuronsArguments& arguments);
void add_template(CLI::App& app, TemplateArguments& arguments);
void add_pairs(CLI::App& app, PairsArguments& arguments);
/// @}

}  // namespace patchboard
