#include "core/weights/torch_tensors.h"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include "core/weights/gather.h"
#include "core/weights/refuse_file.h"

namespace patchboard {
namespace {

struct StorageType {
  std::string_view name;
  DType dtype;
  std::string_view dtype_name;
  std::uint64_t bytes;
};

constexpr std::array kTypes = {StorageType{"torch.FloatStorage", DType::kF32, "F32", 4},
                               StorageType{"torch.HalfStorage", DType::kF16, "F16", 2},
                               StorageType{"torch.BFloat16Storage", DType::kBF16, "BF16", 2},
                               StorageType{"torch.DoubleStorage", DType::kF64, "F64", 8},
                               StorageType{"torch.LongStorage", DType::kOther, "I64", 8},
                               StorageType{"torch.IntStorage", DType::kOther, "I32", 4},
                               StorageType{"torch.ShortStorage", DType::kOther, "I16", 2},
                               StorageType{"torch.CharStorage", DType::kOther, "I8", 1},
                               StorageType{"torch.ByteStorage", DType::kOther, "uint8", 1},
                               StorageType{"torch.BoolStorage", DType::kOther, "BOOL", 1}};

constexpr std::size_t kMostSizes = 8;
constexpr auto kMostCount =
    static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max() / 16);

/// An item of a tuple that should be there.
PickleId item(const Pickle& pickle, PickleId tuple, std::size_t index, const std::string& what) {
  const auto* list = pickle.as<PickleList>(tuple);
  if (list == nullptr || index >= list->items.size()) {
    refuse_file(what + " is cut: " + described(pickle, tuple));
  }
  return list->items[index];
}

std::uint64_t count_of(const Pickle& pickle, PickleId id, const std::string& what) {
  const auto* value = pickle.as<std::int64_t>(id);
  if (value == nullptr || *value < 0 || static_cast<std::uint64_t>(*value) > kMostCount) {
    refuse_file(what + " is " + described(pickle, id) + ", expected a whole number from 0 to " +
                std::to_string(kMostCount));
  }
  return static_cast<std::uint64_t>(*value);
}

std::vector<std::uint64_t> counts_of(const Pickle& pickle, PickleId id, const std::string& what) {
  const auto* list = pickle.as<PickleList>(id);
  if (list == nullptr || list->items.size() > kMostSizes) {
    refuse_file(what + " is " + described(pickle, id) + ", expected at most " +
                std::to_string(kMostSizes) + " whole numbers");
  }
  std::vector<std::uint64_t> counts;
  counts.reserve(list->items.size());
  for (const PickleId each : list->items) {
    counts.push_back(count_of(pickle, each, what));
  }
  return counts;
}

/// what: the tuple ('storage', its type, its key, where it was, how many numbers).
TorchStorage storage_of(const Pickle& pickle, PickleId what) {
  const std::string name = "a storage";
  const auto* type = pickle.as<PickleName>(item(pickle, what, 1, name));
  const auto* key = pickle.as<std::string>(item(pickle, what, 2, name));
  if (type == nullptr || key == nullptr) {
    refuse_file("a storage is " + described(pickle, what) + ", expected its type and its key");
  }
  const auto* known = std::ranges::find(kTypes, type->text, &StorageType::name);
  if (known == kTypes.end()) {
    refuse_file("a storage is of `" + type->text +
                "`, expected numbers of f64, f32, f16, bf16, integers or truths");
  }
  const auto* tuple = pickle.as<PickleList>(what);
  constexpr std::size_t kView = 5;
  if (tuple->items.size() > kView && pickle.as<PickleNone>(tuple->items[kView]) == nullptr) {
    refuse_file("storage `" + *key + "` is a view of another one, as PyTorch before 0.4 wrote it");
  }
  return {.key = *key,
          .dtype = known->dtype,
          .dtype_name = std::string(known->dtype_name),
          .number_bytes = known->bytes,
          .count = count_of(pickle, item(pickle, what, 4, name), "the length of a storage")};
}

/// Whether the numbers lie row after row, side by side.
bool is_contiguous(const TorchTensor& tensor) {
  std::uint64_t expected = 1;
  for (std::size_t i = tensor.shape.size(); i > 0; --i) {
    if (tensor.shape[i - 1] != 1 && tensor.strides[i - 1] != expected) {
      return false;
    }
    expected *= tensor.shape[i - 1];  // below 63 bits: the strides are as large
  }
  return true;
}

/// Without what is around it: a parameter is its tensor.
const PickleObject* tensor_object(const Pickle& pickle, PickleId id) {
  const auto* object = pickle.as<PickleObject>(id);
  if (object != nullptr && object->name.starts_with("torch._utils._rebuild_parameter")) {
    object = pickle.as<PickleObject>(item(pickle, object->arguments, 0, "a parameter"));
  }
  const bool is_tensor =
      object != nullptr && object->name.starts_with("torch._utils._rebuild_tensor");
  return is_tensor ? object : nullptr;
}

TorchTensor read_tensor(const Pickle& pickle, const std::string& name, PickleId id) {
  const PickleObject* object = tensor_object(pickle, id);
  const std::string quoted = "`" + name + "`";
  if (object == nullptr) {
    refuse_file(quoted + " is " + described(pickle, id) + ", expected a tensor");
  }
  const PickleId arguments = object->arguments;
  const auto* storage = pickle.as<PickleElsewhere>(item(pickle, arguments, 0, quoted));
  if (storage == nullptr) {
    refuse_file(quoted + ": its storage is " +
                described(pickle, item(pickle, arguments, 0, quoted)));
  }
  TorchTensor tensor{
      .name = name,
      .storage = storage_of(pickle, storage->what),
      .offset = count_of(pickle, item(pickle, arguments, 1, quoted), quoted + ": its offset"),
      .shape = counts_of(pickle, item(pickle, arguments, 2, quoted), quoted + ": its shape"),
      .strides = counts_of(pickle, item(pickle, arguments, 3, quoted), quoted + ": its strides")};
  if (tensor.strides.size() != tensor.shape.size()) {
    refuse_file(quoted + ": shape " + shape_text(tensor.shape) + ", but strides " +
                shape_text(tensor.strides));
  }
  const std::uint64_t span = span_of(tensor.name, tensor.shape, tensor.strides);
  if (tensor.offset > tensor.storage.count || span > tensor.storage.count - tensor.offset) {
    refuse_file(quoted + ": shape " + shape_text(tensor.shape) + " with strides " +
                shape_text(tensor.strides) + " from number " + std::to_string(tensor.offset) +
                " on is beyond its storage of " + std::to_string(tensor.storage.count) +
                " numbers");
  }
  return tensor;
}

}  // namespace

std::vector<TorchTensor> torch_tensors(const Pickle& pickle, const PickleDict& state) {
  std::vector<TorchTensor> tensors;
  std::set<std::string> names;
  for (const auto& [key, value] : state.items) {
    const auto* name = pickle.as<std::string>(key);
    if (name == nullptr) {
      refuse_file("a key of the state dict is " + described(pickle, key) +
                  ", expected the name of a tensor");
    }
    if (*name == "__metadata__") {  // in safetensors, and so in the text of a header
      refuse_file("`" + *name + "` is no name of a tensor");
    }
    if (!names.insert(*name).second) {
      refuse_file("`" + *name + "` is there twice");
    }
    tensors.push_back(read_tensor(pickle, *name, value));
  }
  return tensors;
}

std::vector<TorchStorage> torch_storages(const Pickle& pickle) {
  std::vector<TorchStorage> storages;
  std::set<std::string> keys;
  for (const PickleValue& value : pickle.values) {
    if (const auto* elsewhere = std::get_if<PickleElsewhere>(&value)) {
      TorchStorage storage = storage_of(pickle, elsewhere->what);
      if (keys.insert(storage.key).second) {
        storages.push_back(std::move(storage));
      }
    }
  }
  return storages;
}

TensorEntry torch_entry(const TorchTensor& tensor, std::uint64_t begin) {
  const std::uint64_t each = tensor.storage.number_bytes;
  TensorEntry entry{.name = tensor.name,
                    .dtype = tensor.storage.dtype,
                    .dtype_name = tensor.storage.dtype_name,
                    .shape = tensor.shape};
  entry.begin = begin + tensor.offset * each;
  entry.end = entry.begin + span_of(tensor.name, tensor.shape, tensor.strides) * each;
  if (!is_contiguous(tensor)) {
    entry.strides = tensor.strides;
  }
  return entry;
}

}  // namespace patchboard
