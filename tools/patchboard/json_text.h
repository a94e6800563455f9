#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace patchboard {

/// JSON on one line. A number that is a 32-bit float is written with the fewest digits that give
/// the same float back, any other with the fewest that give the same double back; what is not
/// finite is null. (nlohmann's `dump` writes a float as the double that it is then, with up to 17
/// digits.)
[[nodiscard]] std::string json_text(const nlohmann::ordered_json& json);

/// To standard output, with a line break.
void print_json(const nlohmann::ordered_json& json);

}  // namespace patchboard
