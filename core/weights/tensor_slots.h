#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/weights/config.h"
#include "core/weights/weights.h"

namespace patchboard {

/// A place in Weights for one published tensor.
struct TensorSlot {
  std::string name;  ///< without the prefix `transformer.`
  std::vector<std::uint64_t> shape;
  bool required = true;
  /// Makes room and returns the address of the first value, row-major. Call at most once.
  std::function<float*()> allocate;
};

/// The slots of every tensor of a GPT-2 of this config. `weights` must outlive them and stay where
/// it is; nothing as large as a tensor is allocated until a slot is asked to.
[[nodiscard]] std::vector<TensorSlot> tensor_slots(const Config& config, Weights& weights);

}  // namespace patchboard
