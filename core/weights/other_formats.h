#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace patchboard {

/// What a file of weights is that is of no format that is read, by its first bytes, and what to do
/// with it; none where they tell nothing. start: 8 bytes at least.
[[nodiscard]] std::optional<std::string> other_format(std::string_view start);

/// The same of a file that is named, by its name.
[[nodiscard]] std::optional<std::string> other_format_of_name(std::string_view file);

}  // namespace patchboard
