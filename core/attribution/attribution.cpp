#include "core/attribution/attribution.h"

#include <cstddef>
#include <span>

namespace patchboard {
namespace {

/// The gradients of a site's values.
const Matrix& gradients_of(const BlockOfBackward& of, Site site) {
  const BlockGradients& block = of.gradients;
  switch (site) {
    case Site::kResidPre:
      return of.d_resid_pre;
    case Site::kResidMid:
    case Site::kAttnOut:
      return block.resid_mid;
    case Site::kResidPost:
    case Site::kMlpOut:
      return block.resid_post;
    case Site::kZ:
      return block.z;
    case Site::kQ:
    case Site::kK:
    case Site::kV:
      return block.qkv;
    case Site::kPattern:
      return block.pattern;
  }
  return block.resid_post;
}

/// Σ gradient · (source - base), in an order that no alignment changes.
double effect(std::span<const float> gradient, std::span<const float> base,
              std::span<const float> source) {
  double sum = 0;
  for (std::size_t i = 0; i < gradient.size(); ++i) {
    sum += static_cast<double>(gradient[i]) *
           (static_cast<double>(source[i]) - static_cast<double>(base[i]));
  }
  return sum;
}

/// A site in one layer of the three runs.
class Layer {
 public:
  Layer(const BlockOfBackward& block, const ActivationCache& base, const ActivationCache& source,
        Site site, const Config& config)
      : gradient_(gradients_of(block, site)),
        base_(site == Site::kPattern ? block.pattern : values_of(base, site, block.layer)),
        source_(values_of(source, site, block.layer)),
        site_(site),
        config_(config),
        base_T_(base.n_positions()),
        source_T_(source.n_positions()) {}

  /// head: 0 for sites of the stream.
  [[nodiscard]] double at(Index head, Index position) const {
    if (position >= source_T_) {
      return 0;
    }
    const bool pattern = site_ == Site::kPattern;
    const Index row = (pattern ? head * base_T_ : 0) + position;
    const Index source_row = (pattern ? head * source_T_ : 0) + position;
    const auto first = static_cast<std::size_t>(pattern ? 0 : first_col(head));
    const auto count = static_cast<std::size_t>(cols(position));
    return effect(row_values(gradient_, row).subspan(first, count),
                  row_values(base_, row).subspan(first, count),
                  row_values(source_, source_row).subspan(first, count));
  }

 private:
  [[nodiscard]] Index first_col(Index head) const {
    return traits_of(site_).third * config_.d_model + head * config_.d_head();
  }
  [[nodiscard]] Index cols(Index position) const {
    if (site_ == Site::kPattern) {
      return position + 1;  // the keys that the query sees
    }
    return is_head_site(site_) ? config_.d_head() : config_.d_model;
  }

  const Matrix& gradient_;
  const Matrix& base_;
  const Matrix& source_;
  Site site_;
  const Config& config_;
  Index base_T_, source_T_;
};

}  // namespace

void attribute(const BlockOfBackward& block, const ActivationCache& base,
               const ActivationCache& source, Site site, bool by_position, const Config& config,
               Matrix& result) {
  const Index T = base.n_positions();
  const Index heads = is_head_site(site) ? config.n_head : 1;
  const bool whole = is_head_site(site) && !by_position;
  const Layer values(block, base, source, site, config);
  for (Index head = 0; head < heads; ++head) {
    double sum = 0;
    for (Index position = 0; position < T; ++position) {
      const double cell = values.at(head, position);
      sum += cell;
      if (!whole) {
        result(block.layer, head * T + position) = static_cast<float>(cell);
      }
    }
    if (whole) {
      result(block.layer, head) = static_cast<float>(sum);
    }
  }
}

Matrix attribute(const Gradients& gradients, const ActivationCache& base,
                 const ActivationCache& source, Site site, bool by_position, const Config& config) {
  const Index heads = is_head_site(site) ? config.n_head : 1;
  const bool whole = is_head_site(site) && !by_position;
  Matrix result(config.n_layer, whole ? heads : heads * base.n_positions());
  for (Index layer = 0; layer < config.n_layer; ++layer) {
    const BlockOfBackward block{.layer = layer,
                                .gradients = gradients.at(layer),
                                .d_resid_pre = gradients.resid_pre(layer),
                                .pattern = base.at(layer).pattern};
    attribute(block, base, source, site, by_position, config, result);
  }
  return result;
}

}  // namespace patchboard
