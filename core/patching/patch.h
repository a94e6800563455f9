#pragma once

#include <algorithm>
#include <limits>

#include "core/math/matrix.h"
#include "core/model/site.h"

namespace patchboard {

/// Consecutive layers, heads or positions.
struct Span {
  Index first = 0;
  Index count = 0;

  [[nodiscard]] Index end() const { return first + count; }
  [[nodiscard]] bool holds(Index at) const { return at >= first && at < end(); }
  /// What is in both; of none, the count is 0.
  [[nodiscard]] Span common(const Span& other) const {
    const Index from = std::max(first, other.first);
    const Index left = std::min(count - (from - first), other.count - (from - other.first));
    return {.first = from, .count = std::max<Index>(0, left)};
  }
  bool operator==(const Span&) const = default;
};

/// All there are.
inline constexpr Span kEvery{.first = 0, .count = std::numeric_limits<Index>::max()};

/// "In this run, the site's values in these layers, of these heads, at these positions are those of
/// another run." heads: of head sites only. keys: of the pattern and the scores, whose positions
/// are the queries'.
struct Patch {
  Site site = Site::kResidPost;
  Span layers = {};
  Span heads = {};
  Span positions = {};
  Span keys = kEvery;
};

}  // namespace patchboard
