#include "core/attribution/attribution.h"

#include <cstddef>
#include <span>

namespace patchboard {
namespace {

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

/// A site in one layer of the base run, and of the source.
class Layer {
 public:
  Layer(const SiteGradient& base, const ActivationCache& source, const Config& config)
      : base_(base),
        source_(values_of(source, base.site, base.layer)),
        config_(config),
        is_pattern_(base.site == Site::kPattern),
        heads_(is_head_site(base.site) ? config.n_head : 1),
        source_T_(source.n_positions()) {}

  /// 1 for sites of the stream.
  [[nodiscard]] Index heads() const { return heads_; }
  [[nodiscard]] Index positions() const {
    return is_pattern_ ? base_.values.rows() / heads_ : base_.values.rows();
  }

  /// head: 0 for sites of the stream.
  [[nodiscard]] double at(Index head, Index position) const {
    if (position >= source_T_) {
      return 0;
    }
    const Index row = (is_pattern_ ? head * positions() : 0) + position;
    const Index source_row = (is_pattern_ ? head * source_T_ : 0) + position;
    const Index first = is_pattern_ ? 0 : head * config_.d_head();
    const Index third = traits_of(base_.site).third * config_.d_model;
    // Of a pattern, the keys that the query sees.
    const Index count = is_pattern_ ? position + 1 : base_.values.cols() / heads_;
    return effect(values(base_.gradient, row, first, count),
                  values(base_.values, row, first, count),
                  values(source_, source_row, third + first, count));
  }

 private:
  static std::span<const float> values(const MatrixView& x, Index row, Index first, Index count) {
    return row_values(x, row).subspan(static_cast<std::size_t>(first),
                                      static_cast<std::size_t>(count));
  }

  const SiteGradient& base_;
  MatrixView source_;
  const Config& config_;
  bool is_pattern_;
  Index heads_;
  Index source_T_;
};

}  // namespace

void attribute(const SiteGradient& base, const ActivationCache& source, bool by_position,
               const Config& config, Matrix& result) {
  const bool whole = is_head_site(base.site) && !by_position;
  const Layer values(base, source, config);
  const Index T = values.positions();
  for (Index head = 0; head < values.heads(); ++head) {
    double sum = 0;
    for (Index position = 0; position < T; ++position) {
      const double cell = values.at(head, position);
      sum += cell;
      if (!whole) {
        result(base.layer, head * T + position) = static_cast<float>(cell);
      }
    }
    if (whole) {
      result(base.layer, head) = static_cast<float>(sum);
    }
  }
}

}  // namespace patchboard
