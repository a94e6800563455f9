#pragma once

#include <nlohmann/json.hpp>
#include <ostream>

namespace patchboard {

/// Prints what `run_report_item` gave for a person to read.
void print_report_item(std::ostream& out, const nlohmann::ordered_json& item, bool colour);

}  // namespace patchboard
