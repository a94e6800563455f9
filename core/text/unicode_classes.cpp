#include "core/text/unicode_classes.h"

#include <algorithm>
#include <iterator>

namespace patchboard {
namespace {

struct ClassRange {
  char32_t first;
  char32_t last;
  CharClass char_class;
};

// In ascending order, without overlaps; what is in no range is kOther.
constexpr ClassRange kRanges[] = {
#include "core/text/unicode_classes.inc"
};

}  // namespace

CharClass char_class(char32_t point) {
  const auto* range = std::ranges::lower_bound(kRanges, point, {}, &ClassRange::last);
  const bool inside = range != std::end(kRanges) && range->first <= point;
  return inside ? range->char_class : CharClass::kOther;
}

}  // namespace patchboard
