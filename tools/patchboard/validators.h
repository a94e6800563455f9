#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace patchboard {

/// CLI11 would read an empty id as 0, and `--model ""` as no option at all.
inline const CLI::Validator kNotEmpty(
    [](const std::string& text) { return text.empty() ? "expected a value" : std::string(); }, "");

}  // namespace patchboard
