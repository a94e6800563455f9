#include "core/attribution/attribution.h"

#include <algorithm>
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
        has_keys_(has_keys(base.site)),
        heads_(is_head_site(base.site) ? config.n_head : 1),
        source_T_(source.n_positions()) {}

  /// 1 for sites of the stream.
  [[nodiscard]] Index heads() const { return heads_; }
  [[nodiscard]] Index positions() const {
    return has_keys_ ? base_.values.rows() / heads_ : base_.values.rows();
  }

  /// The patches of a head's position; head: 0 for sites of the stream.
  [[nodiscard]] double at(Index head, Index position) const {
    // Of a query, the keys that it sees.
    const Index first = has_keys_ ? 0 : head * config_.d_head();
    return at(head, position, first, has_keys_ ? position + 1 : base_.values.cols() / heads_);
  }
  [[nodiscard]] double at(Index head, Index query, Index key) const {
    return at(head, query, key, 1);
  }

 private:
  [[nodiscard]] double at(Index head, Index position, Index first, Index count) const {
    if (position >= source_T_) {
      return 0;
    }
    const Index row = (has_keys_ ? head * positions() : 0) + position;
    const Index source_row = (has_keys_ ? head * source_T_ : 0) + position;
    const Index third = traits_of(base_.site).third * config_.d_model;
    return effect(values(base_.gradient, row, first, count),
                  values(base_.values, row, first, count),
                  values(source_, source_row, third + first, count));
  }

  static std::span<const float> values(const MatrixView& x, Index row, Index first, Index count) {
    return row_values(x, row).subspan(static_cast<std::size_t>(first),
                                      static_cast<std::size_t>(count));
  }

  const SiteGradient& base_;
  MatrixView source_;
  const Config& config_;
  bool has_keys_;
  Index heads_;
  Index source_T_;
};

/// Every pair of a head's query and key. cells: [T · T].
void attribute_pairs(const Layer& values, Index head, std::span<float> cells) {
  const Index T = values.positions();
  std::ranges::fill(cells, 0.0F);
  for (Index query = 0; query < T; ++query) {
    for (Index key = 0; key <= query; ++key) {
      cells[static_cast<std::size_t>(query * T + key)] =
          static_cast<float>(values.at(head, query, key));
    }
  }
}

}  // namespace

void attribute(const SiteGradient& base, const ActivationCache& source, ByPosition by_position,
               const Config& config, Matrix& result) {
  const Layer values(base, source, config);
  const Index T = values.positions();
  const std::span<float> cells = row_values(result, base.layer);
  const std::size_t of_head = cells.size() / static_cast<std::size_t>(values.heads());
  for (Index head = 0; head < values.heads(); ++head) {
    const auto own = cells.subspan(static_cast<std::size_t>(head) * of_head, of_head);
    if (is_head_site(base.site) && by_position == ByPosition::kPairs) {
      attribute_pairs(values, head, own);
    } else if (is_head_site(base.site) && by_position == ByPosition::kTogether) {
      double sum = 0;
      for (Index position = 0; position < T; ++position) {
        sum += values.at(head, position);
      }
      own.front() = static_cast<float>(sum);
    } else {
      for (Index position = 0; position < T; ++position) {
        own[static_cast<std::size_t>(position)] = static_cast<float>(values.at(head, position));
      }
    }
  }
}

}  // namespace patchboard
