#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/math/matrix.h"
#include "core/model/activation_cache.h"
#include "core/weights/config.h"

namespace patchboard {

/// An activation that can be patched, under the name that TransformerLens gives it.
enum class Site {
  kResidPre,   ///< the residual stream that enters a block
  kResidMid,   ///< between attention and MLP
  kResidPost,  ///< after the block
  kAttnOut,    ///< what attention adds
  kMlpOut,     ///< what the MLP adds
  kMlpPost,    ///< the MLP's neurons, after the activation function
  kZ,          ///< a head's output, before c_proj
  kQ,
  kK,
  kV,
  kPattern,     ///< a head's attention pattern
  kAttnScores,  ///< what the pattern is the softmax of
};

/// What a site is of, and so its values over T positions and how it is addressed.
enum class Layout {
  kStream,   ///< [T, d_model], at [layer, position]
  kNeurons,  ///< [T, d_mlp], at [layer, position]
  kHead,     ///< of each head [T, d_head], the heads side by side, at [layer, head]
  kKeys,     ///< of each head [T, T], a row a query, head after head, at [layer, head]
};

/// What is added, in the end, to which residual stream.
enum class AddedTo { kNothing, kResidPre, kResidMid };

/// Where a block goes on, once the values of a site are known.
enum class Rest {
  kBlock,          ///< all of it: queries, keys and values, attention, c_proj, MLP
  kAttention,      ///< attention, c_proj, MLP
  kProjection,     ///< c_proj, MLP
  kMlp,            ///< the MLP alone
  kMlpProjection,  ///< the MLP's c_proj
  kNothing,
};

/// What is to be known of a site, in one place.
struct SiteTraits {
  std::string_view name;
  /// What a block keeps it in; null for resid_pre, which is resid_post of the block before.
  Matrix BlockActivations::* matrix;
  /// What a run has to be told to keep for it; null where every run keeps it.
  bool Kept::* kept;
  /// Which third of qkv it is: 0, 1, 2.
  Index third;
  Layout layout;
  AddedTo added_to;
  Rest rest;
  /// Whether what is changed at a position changes later positions of the same block.
  bool spreads;
  /// Whether the walk back computes it again, so that the run need not keep it.
  bool again;
};

/// Every site, in the order of the enumeration.
[[nodiscard]] std::span<const Site> all_sites();

[[nodiscard]] const SiteTraits& traits_of(Site site);

/// "resid_pre", "z", …
[[nodiscard]] inline std::string_view site_name(Site site) { return traits_of(site).name; }

/// The names of those sites that `is` holds of: "q, k, v".
[[nodiscard]] std::string site_names(bool (*is)(Site site));

/// Whether the site is one of a head, addressed as [layer, head], not of the whole stream.
[[nodiscard]] inline bool is_head_site(Site site) {
  return traits_of(site).layout >= Layout::kHead;
}

/// Whether its values are of a query and a key.
[[nodiscard]] inline bool has_keys(Site site) { return traits_of(site).layout == Layout::kKeys; }

/// Of a run over T positions, what keeps a site's values.
struct MatrixShape {
  Index rows = 0;
  Index cols = 0;
};
[[nodiscard]] MatrixShape kept_shape(Site site, const Config& config, Index T);

/// Of the sites that a run is told to keep, one for each matrix.
[[nodiscard]] std::span<const Site> kept_matrices();

/// All that a run can keep.
[[nodiscard]] Kept kept_of_all();

/// The matrix that holds a site's values in one layer of a run that kept them.
[[nodiscard]] const Matrix& values_of(const ActivationCache& run, Site site, Index layer);

/// What a run that values come from has to keep, so that they can be put in elsewhere.
[[nodiscard]] Kept kept_of_source(Site site);

/// What a run has to keep, so that gradients can go back through it.
[[nodiscard]] Kept kept_of_backward();

/// What it has to keep beside, so that a site's values are handed out with their gradient; nothing
/// where they are computed again on the way back.
[[nodiscard]] Kept kept_of_gradient(Site site);

/// What a run that is patched has to keep, so that it can be continued from a patch.
[[nodiscard]] Kept kept_of_base(Site site);

}  // namespace patchboard
