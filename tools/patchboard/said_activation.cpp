#include "tools/patchboard/said_activation.h"

#include "core/error.h"
#include "core/input/input_value.h"
#include "core/weights/config_activation.h"
#include "tools/patchboard/written_json.h"

namespace patchboard {

std::string with_said_activation(const std::string& config_json, std::string_view name) {
  if (name.empty()) {
    return config_json;
  }
  const InputSource source{.code = ErrorCode::kConfig, .name = "config.json"};
  const auto config = InputValue::parse(config_json, source);
  if (const auto said = config.find(kActivationKey)) {
    if (activation_of(config) != activation_named(name)) {
      said->refuse(std::string(name) +
                   ", as was asked for; a model that says its activation is run with that");
    }
    return config_json;
  }
  auto json = written_again(config_json, source);
  json[std::string(kActivationKey)] = name;
  return json.dump(2) + "\n";
}

}  // namespace patchboard
