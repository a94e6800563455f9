#include "tools/patchboard/embedded_data.h"

// Set by embedded_data.S, whose symbols are named as assembly's are.
// NOLINTBEGIN(readability-identifier-naming)
extern "C" {
extern const char patchboard_report_begin[], patchboard_report_end[];
extern const char patchboard_known_logits_begin[], patchboard_known_logits_end[];
}
// NOLINTEND(readability-identifier-naming)

namespace patchboard {

std::string_view embedded_report() {
  return {patchboard_report_begin,
          static_cast<std::size_t>(patchboard_report_end - patchboard_report_begin)};
}

std::string_view embedded_known_logits() {
  return {patchboard_known_logits_begin,
          static_cast<std::size_t>(patchboard_known_logits_end - patchboard_known_logits_begin)};
}

}  // namespace patchboard
