#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "core/input/json_tree.h"

namespace patchboard {

/// JSON from outside that is to be written again, with more in it: the document of an experiment
/// beside its results, a config beside converted weights. What it says is read by `InputValue`.
/// Errors: see `parse_json_tree`, which bounds its depth before anything walks over it.
[[nodiscard]] nlohmann::ordered_json written_again(std::string_view text,
                                                   const InputSource& source);

}  // namespace patchboard
