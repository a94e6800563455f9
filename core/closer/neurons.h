#pragma once

#include <optional>
#include <vector>

#include "core/lab/lab.h"

namespace patchboard {

/// What a neuron of an MLP says in the two runs: its activation after the activation function.
struct NeuronChange {
  Index neuron = 0;  ///< 0 to d_mlp - 1
  float clean = 0;
  float corrupted = 0;   ///< of noise, the mean over the samples
  float difference = 0;  ///< corrupted - clean
};

/// Where the two runs differ most, at one position of one layer.
struct NeuronChanges {
  bool finite = true;  ///< where not, an activation or a difference is not, and there are none
  std::vector<NeuronChange> largest = {};  ///< the largest absolute difference first, then by index
};

/// Which MLP's neurons, and how many.
struct NeuronQuestion {
  Index layer = 0;
  Index position = 0;
  Index count = 10;                            ///< at least 0; where there are fewer neurons, all
  std::optional<Index> sample = std::nullopt;  ///< of noise, one alone in place of the mean
};

/// The neurons whose activations differ most between the clean and the corrupted run: of
/// TransformerLens' `mlp.hook_post`, [d_mlp] at a position. The experiment has a corrupted run: it
/// is no ablation. Only the layer is run again, and of its MLP the position's row.
[[nodiscard]] NeuronChanges neuron_changes(const Gpt2& model, ThreadPool& pool, Lab& lab,
                                           const NeuronQuestion& question);

}  // namespace patchboard
