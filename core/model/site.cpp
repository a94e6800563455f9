#include "core/model/site.h"

#include <array>
#include <cstddef>
#include <vector>

namespace patchboard {
namespace {

using Block = BlockActivations;

constexpr std::array kSites = {Site::kResidPre, Site::kResidMid, Site::kResidPost,
                               Site::kAttnOut,  Site::kMlpOut,   Site::kMlpPost,
                               Site::kZ,        Site::kQ,        Site::kK,
                               Site::kV,        Site::kPattern,  Site::kAttnScores};

constexpr std::array<SiteTraits, kSites.size()> kTraits = [] {
  using enum Layout;
  using enum Rest;
  using To = AddedTo;
  // name, matrix, kept, third, layout, added to, rest, spreads, again
  return std::array<SiteTraits, kSites.size()>{{
      {"resid_pre", nullptr, nullptr, 0, kStream, To::kNothing, kBlock, false, false},
      {"resid_mid", &Block::resid_mid, &Kept::resid_mid, 0, kStream, To::kNothing, kMlp, false,
       false},
      {"resid_post", &Block::resid_post, nullptr, 0, kStream, To::kNothing, kNothing, false, false},
      {"attn_out", &Block::attn_out, &Kept::attn_out, 0, kStream, To::kResidPre, kMlp, false,
       false},
      {"mlp_out", &Block::mlp_out, &Kept::mlp_out, 0, kStream, To::kResidMid, kNothing, false,
       false},
      {"mlp_post", &Block::mlp_post, &Kept::mlp_post, 0, kNeurons, To::kResidMid, kMlpProjection,
       false, true},
      {"z", &Block::z, &Kept::z, 0, kHead, To::kResidPre, kProjection, false, false},
      {"q", &Block::qkv, &Kept::qkv, 0, kHead, To::kResidPre, kAttention, false, false},
      {"k", &Block::qkv, &Kept::qkv, 1, kHead, To::kResidPre, kAttention, true, false},
      {"v", &Block::qkv, &Kept::qkv, 2, kHead, To::kResidPre, kAttention, true, false},
      {"pattern", &Block::pattern, &Kept::pattern, 0, kKeys, To::kResidPre, kAttention, false,
       true},
      {"attn_scores", &Block::attn_scores, &Kept::attn_scores, 0, kKeys, To::kResidPre, kAttention,
       false, true},
  }};
}();

static_assert(static_cast<std::size_t>(kSites.back()) + 1 == kSites.size());

}  // namespace

std::span<const Site> all_sites() { return kSites; }

const SiteTraits& traits_of(Site site) { return kTraits[static_cast<std::size_t>(site)]; }

std::string site_names(bool (*is)(Site site)) {
  std::string names;
  for (const Site site : kSites) {
    if (is(site)) {
      names += (names.empty() ? "" : ", ") + std::string(site_name(site));
    }
  }
  return names;
}

MatrixShape kept_shape(Site site, const Config& config, Index T) {
  const SiteTraits& traits = traits_of(site);
  switch (traits.layout) {
    case Layout::kStream:
      break;
    case Layout::kNeurons:
      return {.rows = T, .cols = config.d_mlp};
    case Layout::kHead:
      return {.rows = T, .cols = (traits.matrix == &Block::qkv ? 3 : 1) * config.d_model};
    case Layout::kKeys:
      return {.rows = config.n_head * T, .cols = T};
  }
  return {.rows = T, .cols = config.d_model};
}

std::span<const Site> kept_matrices() {
  static const std::vector<Site> kKept = [] {
    std::vector<Site> sites;
    for (const Site site : kSites) {
      if (traits_of(site).kept != nullptr && traits_of(site).third == 0) {
        sites.push_back(site);
      }
    }
    return sites;
  }();
  return kKept;
}

Kept Kept::with(const Kept& more) const {
  Kept both = *this;
  for (const Site site : kept_matrices()) {
    const auto kept = traits_of(site).kept;
    both.*kept = this->*kept || more.*kept;
  }
  return both;
}

Kept kept_of_all() {
  Kept all;
  for (const Site site : kept_matrices()) {
    all.*traits_of(site).kept = true;
  }
  return all;
}

const Matrix& values_of(const ActivationCache& run, Site site, Index layer) {
  const auto matrix = traits_of(site).matrix;
  return matrix == nullptr ? run.resid_pre(layer) : run.at(layer).*matrix;
}

Kept kept_of_source(Site site) {
  Kept kept;
  if (const auto what = traits_of(site).kept; what != nullptr) {
    kept.*what = true;
  }
  return kept;
}

Kept kept_of_backward() { return {.qkv = true, .resid_mid = true}; }

Kept kept_of_gradient(Site site) { return traits_of(site).again ? Kept{} : kept_of_source(site); }

Kept kept_of_base(Site site) {
  return {.qkv = true,
          .z = is_head_site(site),
          .resid_mid = traits_of(site).added_to == AddedTo::kResidMid};
}

}  // namespace patchboard
