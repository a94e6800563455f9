#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/weights/pickle_value.h"
#include "core/weights/tensor_entry.h"

namespace patchboard {

/// The functions that make a tensor from its storage, and those of small values that stand beside
/// tensors in a checkpoint.
inline constexpr std::array<std::string_view, 11> kTorchFunctions = {
    "torch._utils._rebuild_tensor",
    "torch._utils._rebuild_tensor_v2",
    "torch._utils._rebuild_parameter",
    "torch._utils._rebuild_parameter_with_state",
    "torch.device",
    "torch.Size",
    "numpy.core.multiarray.scalar",
    "numpy._core.multiarray.scalar",
    "numpy.dtype",
    "_codecs.encode",
    "pathlib.PosixPath"};

/// Numbers side by side in a file, of which tensors are views.
struct TorchStorage {
  std::string key;  ///< its name in the file
  DType dtype = DType::kOther;
  std::string dtype_name;
  std::uint64_t number_bytes = 0;
  std::uint64_t count = 0;  ///< of its numbers

  [[nodiscard]] std::uint64_t bytes() const { return count * number_bytes; }
};

/// One of a state dict's tensors.
struct TorchTensor {
  std::string name;
  TorchStorage storage;
  std::uint64_t offset = 0;  ///< of its first number, in numbers
  std::vector<std::uint64_t> shape;
  std::vector<std::uint64_t> strides;  ///< in numbers, one a size
};

/// The tensors of a state dict, in its order; each lies inside its storage.
/// Errors: std::range_error, naming the key: a key that is no text, a value that is no tensor (an
/// object by the name of its class), storages of numbers that are not known, views beyond their
/// storage. Source: torch/_utils.py, `_rebuild_tensor_v2`; torch/serialization.py, `persistent_id`.
[[nodiscard]] std::vector<TorchTensor> torch_tensors(const Pickle& pickle, const PickleDict& state);

/// Every storage of a pickle, also those that no tensor of the state dict is of, each once.
[[nodiscard]] std::vector<TorchStorage> torch_storages(const Pickle& pickle);

/// Where it lies in a file. begin: of its storage.
/// Errors: std::range_error where that is more than 63 bits can count.
[[nodiscard]] TensorEntry torch_entry(const TorchTensor& tensor, std::uint64_t begin);

}  // namespace patchboard
