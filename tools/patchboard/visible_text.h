#pragma once

#include <string>
#include <string_view>

namespace patchboard {

/// A text for a terminal: in quotes, with what would not be seen (line breaks, tabs, other
/// controls, spaces other than the usual one, what has no width) escaped as JSON does it.
[[nodiscard]] std::string in_quotes(std::string_view text);

}  // namespace patchboard
