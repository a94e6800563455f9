#pragma once

#include <map>
#include <span>
#include <utility>
#include <vector>

#include "core/attribution/attribution.h"
#include "core/model/gpt2.h"

namespace patchboard::testing {

/// All gradients of a run at once, of every site and every reader.
class Gradients : public GradientVisitor {
 public:
  Gradients(const Gpt2& model, ThreadPool& pool, const ActivationCache& run,
            const MatrixView& d_logits, std::span<const OwnInput> inputs = {})
      : config_(model.config()), inputs_(inputs) {
    model.backward(pool, run, d_logits, *this);
  }

  [[nodiscard]] bool wants(Site /*site*/) const override { return true; }
  void visit(Site site, Index layer, const MatrixView& values,
             const MatrixView& gradient) override {
    of_sites_[{site, layer}] = {values, gradient};
  }
  [[nodiscard]] std::span<const OwnInput> inputs() const override { return inputs_; }
  [[nodiscard]] bool wants(const Reader& /*reader*/) const override { return true; }
  void visit(const Reader& reader, const MatrixView& gradient) override {
    of_readers_.emplace_back(reader, gradient);
  }

  [[nodiscard]] const Matrix& of(Site site, Index layer) const {
    return of_sites_.at({site, layer}).second;
  }
  [[nodiscard]] const std::vector<std::pair<Reader, Matrix>>& of_readers() const {
    return of_readers_;
  }

  /// A site's first-order map, of all layers.
  [[nodiscard]] Matrix attribution(const ActivationCache& source, Site site,
                                   ByPosition by_position) const {
    const Index T = of(Site::kResidPre, 0).rows();
    Index cols = T;
    if (is_head_site(site)) {
      cols = config_.n_head * (by_position == ByPosition::kTogether ? 1
                               : by_position == ByPosition::kEach   ? T
                                                                    : T * T);
    }
    Matrix result(config_.n_layer, cols);
    for (Index layer = 0; layer < config_.n_layer; ++layer) {
      const auto& [values, gradient] = of_sites_.at({site, layer});
      attribute({.site = site, .layer = layer, .values = values, .gradient = gradient}, source,
                by_position, config_, result);
    }
    return result;
  }

 private:
  Config config_;
  std::span<const OwnInput> inputs_;
  std::map<std::pair<Site, Index>, std::pair<Matrix, Matrix>> of_sites_;  // values, gradient
  std::vector<std::pair<Reader, Matrix>> of_readers_;
};

}  // namespace patchboard::testing
