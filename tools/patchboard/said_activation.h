#pragma once

#include <string>
#include <string_view>

namespace patchboard {

/// The `config.json` of a model whose activation a user says.
/// name: one of kActivationNames, or empty where nothing is said. Errors: kConfig where the config
/// says another one.
[[nodiscard]] std::string with_said_activation(const std::string& config_json,
                                               std::string_view name);

}  // namespace patchboard
