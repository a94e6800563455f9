#include "core/weights/torch_checkpoint.h"

#include <array>
#include <nlohmann/json.hpp>

#include "core/weights/refuse_file.h"

namespace patchboard {
namespace {

constexpr const char* kArguments = "model_args";
constexpr const char* kModel = "model";

/// nanoGPT's names beside those of the published configurations.
constexpr std::array<std::array<const char*, 2>, 5> kSizes = {{{"n_layer", "n_layer"},
                                                               {"n_head", "n_head"},
                                                               {"n_embd", "n_embd"},
                                                               {"block_size", "n_positions"},
                                                               {"vocab_size", "vocab_size"}}};

std::string config_from(const Pickle& pickle, const PickleDict& arguments,
                        std::string_view activation) {
  nlohmann::ordered_json json = {{"model_type", "gpt2"}};
  json["activation_function"] = activation.empty() ? "gelu" : activation;
  if (activation.empty()) {
    json["patchboard"]["activation_assumed"] = true;
  }
  for (const auto& [name, published] : kSizes) {
    const PickleId* value = find(pickle, arguments, name);
    const auto* size = value == nullptr ? nullptr : pickle.as<std::int64_t>(*value);
    if (size == nullptr) {
      refuse_file("`" + std::string(kArguments) + "`: `" + name + "` is " +
                  (value == nullptr ? "missing" : described(pickle, *value)) +
                  ", expected a whole number");
    }
    json[published] = *size;
  }
  return json.dump(2) + "\n";
}

const PickleDict* dictionary_of(const Pickle& pickle, const PickleDict& root, const char* key) {
  const PickleId* found = find(pickle, root, key);
  return found == nullptr ? nullptr : pickle.as<PickleDict>(*found);
}

}  // namespace

TorchCheckpoint torch_checkpoint(const Pickle& pickle, std::string_view activation) {
  const auto* root = pickle.as<PickleDict>(pickle.root);
  if (root == nullptr) {
    refuse_file("holds " + described(pickle, pickle.root) +
                ", expected a state dict: `torch.save(model.state_dict(), …)`");
  }
  const PickleDict* arguments = dictionary_of(pickle, *root, kArguments);
  const PickleDict* model = dictionary_of(pickle, *root, kModel);
  if (arguments != nullptr && model != nullptr) {
    return {.state = *model, .config_json = config_from(pickle, *arguments, activation)};
  }
  if (const PickleId* args = find(pickle, *root, kArguments); args != nullptr && model != nullptr) {
    refuse_file("`" + std::string(kArguments) + "` is " + described(pickle, *args) +
                ", expected a dictionary of sizes, as nanoGPT writes it");
  }
  return {.state = *root, .config_json = std::nullopt};
}

}  // namespace patchboard
