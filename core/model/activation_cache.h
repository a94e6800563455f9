#pragma once

#include <cstddef>
#include <vector>

#include "core/math/matrix.h"

namespace patchboard {

/// What one block leaves behind in a run over T positions, under the field's names; a matrix that
/// the run did not keep is empty.
struct BlockActivations {
  Matrix qkv;         // [T, 3 d_model]: q, k and v side by side, each with its heads side by side
  Matrix pattern;     // [n_head · T, T], head after head: what each query (row) takes of each key
  Matrix z;           // [T, d_model], the heads' outputs side by side, before c_proj
  Matrix attn_out;    // [T, d_model], what attention adds to the residual stream
  Matrix resid_mid;   // [T, d_model], the residual stream between attention and MLP
  Matrix mlp_out;     // [T, d_model], what the MLP adds
  Matrix resid_post;  // [T, d_model], the residual stream after the block
};

/// The activations that one run kept.
struct ActivationCache {
  Matrix embedding;  // [T, d_model], resid_pre of the first block
  std::vector<BlockActivations> h;

  [[nodiscard]] const BlockActivations& at(Index layer) const {
    return h[static_cast<std::size_t>(layer)];
  }
  [[nodiscard]] BlockActivations& at(Index layer) { return h[static_cast<std::size_t>(layer)]; }
  /// The residual stream that enters a block; for layer n_layer, the one that leaves the last.
  [[nodiscard]] const Matrix& resid_pre(Index layer) const {
    return layer == 0 ? embedding : at(layer - 1).resid_post;
  }
  [[nodiscard]] Index n_layer() const { return static_cast<Index>(h.size()); }
  [[nodiscard]] Index n_positions() const { return embedding.rows(); }
};

/// What a run keeps of each block beside resid_post, which it always keeps.
struct Kept {
  bool qkv = false;
  bool pattern = false;
  bool z = false;
  bool attn_out = false;
  bool resid_mid = false;
  bool mlp_out = false;

  [[nodiscard]] bool covers(const Kept& wanted) const {
    return (qkv || !wanted.qkv) && (pattern || !wanted.pattern) && (z || !wanted.z) &&
           (attn_out || !wanted.attn_out) && (resid_mid || !wanted.resid_mid) &&
           (mlp_out || !wanted.mlp_out);
  }
  [[nodiscard]] Kept with(const Kept& more) const {
    return {.qkv = qkv || more.qkv,
            .pattern = pattern || more.pattern,
            .z = z || more.z,
            .attn_out = attn_out || more.attn_out,
            .resid_mid = resid_mid || more.resid_mid,
            .mlp_out = mlp_out || more.mlp_out};
  }
};

}  // namespace patchboard
