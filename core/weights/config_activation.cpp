#include "core/weights/config_activation.h"

#include <algorithm>
#include <optional>

#include "core/weights/variant.h"

namespace patchboard {
namespace {

constexpr std::array kActivations = {Activation::kGeluTanh, Activation::kGeluErf,
                                     Activation::kGeluTanh, Activation::kGeluTanh,
                                     Activation::kRelu};

}  // namespace

Activation activation_named(std::string_view name) {
  const auto* const found = std::ranges::find(kActivationNames, name);
  return kActivations.at(static_cast<std::size_t>(found - kActivationNames.begin()));
}

Activation activation_of(const InputValue& config) {
  const auto value = config.find(kActivationKey);
  return value ? kActivations.at(value->name_of(kActivationNames)) : Variant().activation;
}

bool is_activation_assumed(const InputValue& config) {
  const auto own = config.find("patchboard");
  const auto assumed = own && own->is_object() ? own->find("activation_assumed") : std::nullopt;
  return !config.find(kActivationKey) || (assumed && assumed->truth());
}

std::string assumed_activation(const Config& config) {
  const bool is_erf = config.variant.activation == Activation::kGeluErf;
  return std::string("the model does not say its activation: it is run with ") +
         (is_erf ? "gelu (by erf), as nanoGPT has it since 2023"
                 : "gelu_new (by tanh), as the published GPT-2 has it");
}

}  // namespace patchboard
