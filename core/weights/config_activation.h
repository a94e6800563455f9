#pragma once

#include <array>
#include <string>
#include <string_view>

#include "core/input/input_value.h"
#include "core/math/activation.h"
#include "core/weights/config.h"

namespace patchboard {

inline constexpr std::string_view kActivationKey = "activation_function";

/// What it may say: transformers' names.
inline constexpr std::array<std::string_view, 5> kActivationNames = {
    "gelu_new", "gelu", "gelu_fast", "gelu_pytorch_tanh", "relu"};

/// name: one of them.
[[nodiscard]] Activation activation_named(std::string_view name);

/// What a config says under `activation_function`; GPT-2's own where it says nothing.
/// Errors: kConfig for a name that is none of them.
[[nodiscard]] Activation activation_of(const InputValue& config);

/// Whether that is not what its model says, but what is usual: a config without the key, or one
/// that was made from a checkpoint of nanoGPT's (see `torch_checkpoint`).
[[nodiscard]] bool is_activation_assumed(const InputValue& config);

/// What is assumed of a model that does not say its activation, in a sentence for a person.
[[nodiscard]] std::string assumed_activation(const Config& config);

}  // namespace patchboard
