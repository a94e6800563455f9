#pragma once

#include <initializer_list>
#include <string_view>

#include "tests/command/run_command.h"

namespace patchboard::testing {

/// Expects exit code 2, nothing on standard output, and on standard error one line with `parts`.
void expect_bad_input(const Arguments& arguments, std::initializer_list<std::string_view> parts);

}  // namespace patchboard::testing
