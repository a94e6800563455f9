#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/weights/config.h"
#include "core/weights/tensor_sink.h"
#include "core/weights/weights.h"

namespace patchboard {

/// A place in Weights for one published tensor.
struct TensorSlot {
  std::string name;  ///< without the prefix `transformer.`
  std::vector<std::uint64_t> shape;
  bool required = true;
  /// Makes room, and returns where the values go.
  std::function<TensorSink()> open;
};

/// The slots of every tensor of a GPT-2 of this config, its matrices to be packed in `format`.
/// `weights` must outlive them and stay where it is; nothing as large as a tensor is allocated
/// until a slot is opened.
[[nodiscard]] std::vector<TensorSlot> tensor_slots(const Config& config, Weights& weights,
                                                   WeightFormat format);

}  // namespace patchboard
