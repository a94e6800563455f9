#pragma once

#include <cstddef>
#include <vector>

#include "core/math/matrix.h"

namespace patchboard {

/// The gradient of one number, a metric, with respect to what a block computes; shapes as in
/// BlockActivations. What a block adds to the residual stream has the gradient of the stream after
/// it: attn_out that of resid_mid, mlp_out that of resid_post.
struct BlockGradients {
  Matrix qkv;         // [T, 3 d_model]
  Matrix pattern;     // [n_head · T, T], of entries after the softmax, each free; zeros where a
                      // query sees no key
  Matrix z;           // [T, d_model]
  Matrix resid_mid;   // [T, d_model]
  Matrix resid_post;  // [T, d_model]
};

/// The same for a whole run.
struct Gradients {
  Matrix embedding;  // [T, d_model], of resid_pre of the first block
  std::vector<BlockGradients> h;

  [[nodiscard]] const BlockGradients& at(Index layer) const {
    return h[static_cast<std::size_t>(layer)];
  }
  [[nodiscard]] BlockGradients& at(Index layer) { return h[static_cast<std::size_t>(layer)]; }
  [[nodiscard]] const Matrix& resid_pre(Index layer) const {
    return layer == 0 ? embedding : at(layer - 1).resid_post;
  }
};

}  // namespace patchboard
