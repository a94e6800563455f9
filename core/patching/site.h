#pragma once

#include <span>
#include <string_view>

#include "core/math/matrix.h"
#include "core/model/activation_cache.h"

namespace patchboard {

/// An activation that can be patched, under the name that TransformerLens gives it.
enum class Site {
  kResidPre,   ///< the residual stream that enters a block: [T, d_model]
  kResidMid,   ///< between attention and MLP
  kResidPost,  ///< after the block
  kAttnOut,    ///< what attention adds
  kMlpOut,     ///< what the MLP adds
  kZ,          ///< a head's output, before c_proj: [T, d_head] a head
  kQ,
  kK,
  kV,
  kPattern,  ///< a head's attention pattern: [T, T], a row a query
};

/// Every site, in the order of the enumeration.
[[nodiscard]] std::span<const Site> all_sites();

/// "resid_pre", "z", …
[[nodiscard]] std::string_view site_name(Site site);

/// Whether the site is one of a head, addressed as [layer, head], not of the whole stream.
[[nodiscard]] bool is_head_site(Site site);

/// What the run that values come from has to keep, so that they can be put in.
[[nodiscard]] Kept kept_of_source(Site site);

/// What the run that is patched has to keep, so that it can be continued from a patch.
[[nodiscard]] Kept kept_of_base(Site site);

/// Consecutive layers, heads or positions.
struct Span {
  Index first = 0;
  Index count = 0;

  [[nodiscard]] Index end() const { return first + count; }
  [[nodiscard]] bool holds(Index at) const { return at >= first && at < end(); }
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
