#pragma once

#include "core/math/matrix.h"
#include "core/model/site.h"

namespace patchboard {

/// Consecutive layers, heads or positions.
struct Span {
  Index first = 0;
  Index count = 0;

  [[nodiscard]] Index end() const { return first + count; }
  [[nodiscard]] bool holds(Index at) const { return at >= first && at < end(); }
  bool operator==(const Span&) const = default;
};

/// "In this run, the site's values in these layers, of these heads, at these positions are those of
/// another run." heads: of head sites only.
struct Patch {
  Site site = Site::kResidPost;
  Span layers = {};
  Span heads = {};
  Span positions = {};
};

}  // namespace patchboard
