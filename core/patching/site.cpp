#include "core/patching/site.h"

#include <array>

namespace patchboard {
namespace {

constexpr std::array kSites = {Site::kResidPre, Site::kResidMid, Site::kResidPost, Site::kAttnOut,
                               Site::kMlpOut,   Site::kZ,        Site::kQ,         Site::kK,
                               Site::kV,        Site::kPattern};
constexpr std::array<std::string_view, kSites.size()> kNames = {
    "resid_pre", "resid_mid", "resid_post", "attn_out", "mlp_out", "z", "q", "k", "v", "pattern"};

}  // namespace

std::span<const Site> all_sites() { return kSites; }

std::string_view site_name(Site site) { return kNames[static_cast<std::size_t>(site)]; }

bool is_head_site(Site site) { return site >= Site::kZ; }

Kept kept_of_source(Site site) {
  switch (site) {
    case Site::kResidPre:
    case Site::kResidPost:
      return {};
    case Site::kResidMid:
      return {.resid_mid = true};
    case Site::kAttnOut:
      return {.attn_out = true};
    case Site::kMlpOut:
      return {.mlp_out = true};
    case Site::kZ:
      return {.z = true};
    case Site::kQ:
    case Site::kK:
    case Site::kV:
      return {.qkv = true};
    case Site::kPattern:
      return {.pattern = true};
  }
  return {};
}

Kept kept_of_base(Site site) {
  return {.qkv = true, .z = is_head_site(site), .resid_mid = site == Site::kMlpOut};
}

}  // namespace patchboard
