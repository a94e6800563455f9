#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/input/input_value.h"

namespace patchboard {

/// Errors: kConfig where a config is of another architecture than GPT-2's or GPT-Neo's, by its
/// `model_type` or, without one, its `architectures`; or says that its weights were packed by a
/// method that is not read (`quantization_config`): what it is, and what to take in its place.
void refuse_other_model(const InputValue& config);

/// By what a tensor's numbers were packed, where its name says it: "GPTQ or AWQ", "bitsandbytes".
[[nodiscard]] std::optional<std::string> packed_by(std::string_view tensor);

}  // namespace patchboard
