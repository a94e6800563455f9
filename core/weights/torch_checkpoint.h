#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/weights/pickle_value.h"

namespace patchboard {

/// What a file of PyTorch's holds of a model.
struct TorchCheckpoint {
  PickleDict state;                        ///< its state dict
  std::optional<std::string> config_json;  ///< of nanoGPT's, from its `model_args`
};

/// A state dict alone, or nanoGPT's `ckpt.pt`, where that is `model` beside `model_args` and what
/// training needs. activation: what nanoGPT's file does not say; empty
/// where nobody does: then the config has `gelu`, which nanoGPT has had since 2023, and that it is
/// assumed.
/// Errors: std::range_error: a whole module, by the name of its class; anything else that is no
/// dictionary of tensors; `model_args` without a size, or where one is no whole number.
/// Source: nanoGPT's train.py, `checkpoint`, and model.py, `GPTConfig`.
[[nodiscard]] TorchCheckpoint torch_checkpoint(const Pickle& pickle, std::string_view activation);

}  // namespace patchboard
