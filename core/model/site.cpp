#include "core/model/site.h"

#include <array>
#include <cstddef>

namespace patchboard {
namespace {

using Block = BlockActivations;

constexpr std::array kSites = {Site::kResidPre, Site::kResidMid, Site::kResidPost, Site::kAttnOut,
                               Site::kMlpOut,   Site::kZ,        Site::kQ,         Site::kK,
                               Site::kV,        Site::kPattern};

// name, matrix, third, kept, again, of_head, spreads, rest
constexpr std::array<SiteTraits, kSites.size()> kTraits = {{
    {"resid_pre", nullptr, 0, nullptr, false, false, false, Rest::kBlock},
    {"resid_mid", &Block::resid_mid, 0, &Kept::resid_mid, false, false, false, Rest::kMlp},
    {"resid_post", &Block::resid_post, 0, nullptr, false, false, false, Rest::kNothing},
    {"attn_out", &Block::attn_out, 0, &Kept::attn_out, false, false, false, Rest::kMlp},
    {"mlp_out", &Block::mlp_out, 0, &Kept::mlp_out, false, false, false, Rest::kNothing},
    {"z", &Block::z, 0, &Kept::z, false, true, false, Rest::kProjection},
    {"q", &Block::qkv, 0, &Kept::qkv, false, true, false, Rest::kAttention},
    {"k", &Block::qkv, 1, &Kept::qkv, false, true, true, Rest::kAttention},
    {"v", &Block::qkv, 2, &Kept::qkv, false, true, true, Rest::kAttention},
    {"pattern", &Block::pattern, 0, &Kept::pattern, true, true, false, Rest::kAttention},
}};

static_assert(static_cast<std::size_t>(kSites.back()) + 1 == kSites.size());

}  // namespace

std::span<const Site> all_sites() { return kSites; }

const SiteTraits& traits_of(Site site) { return kTraits[static_cast<std::size_t>(site)]; }

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
  return {.qkv = true, .z = is_head_site(site), .resid_mid = site == Site::kMlpOut};
}

}  // namespace patchboard
