#pragma once

#include <string_view>

namespace patchboard {

/// The text of tools/report/report.json.
[[nodiscard]] std::string_view embedded_report();

/// The text of tools/verify/gpt2.json.
[[nodiscard]] std::string_view embedded_known_logits();

}  // namespace patchboard
