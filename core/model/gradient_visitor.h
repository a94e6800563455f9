#pragma once

#include <span>

#include "core/math/matrix.h"
#include "core/model/reader.h"
#include "core/model/site.h"

namespace patchboard {

/// Sees the gradients of a number, a metric, with respect to what a run computed: from the logits
/// back, block after block, and in each site after site, against the order of the flow.
class GradientVisitor {
 public:
  GradientVisitor() = default;
  GradientVisitor(const GradientVisitor&) = delete;
  GradientVisitor& operator=(const GradientVisitor&) = delete;
  virtual ~GradientVisitor() = default;

  /// Whether it is called at a site, in every layer.
  [[nodiscard]] virtual bool wants(Site site) const = 0;
  /// values: of the site in this run, shaped as `Layout` says; empty where the run did not keep
  /// them, unless they are computed again on the way (`kept_of_gradient`). gradient: of the same
  /// shape; of the pattern, each entry after the softmax is free, and of it and the scores there
  /// are zeros where a query sees no key.
  virtual void visit(Site site, Index layer, const MatrixView& values,
                     const MatrixView& gradient) = 0;

  /// The readers with an input of their own in this run. What they read has no part in the
  /// gradients of the run's residual stream.
  [[nodiscard]] virtual std::span<const OwnInput> inputs() const { return {}; }
  /// Whether it is called with what a reader reads. A head's q, k and v take a product each.
  [[nodiscard]] virtual bool wants(const Reader& /*reader*/) const { return false; }
  /// gradient: [T, d_model], with respect to what this one reader reads.
  virtual void visit(const Reader& /*reader*/, const MatrixView& /*gradient*/) {}
};

}  // namespace patchboard
