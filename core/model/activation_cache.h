#pragma once

#include <cstddef>
#include <vector>

#include "core/math/matrix.h"

namespace patchboard {

/// What one block leaves behind in a run over T positions, under the field's names; a matrix that
/// the run did not keep is empty.
struct BlockActivations {
  Matrix qkv;          // [T, 3 d_model]: q, k and v side by side, each with its heads side by side
  Matrix attn_scores;  // [n_head · T, T], head after head: query (row) times key, by √d_head
  Matrix pattern;      // [n_head · T, T], their softmax: what each query takes of each key
  Matrix z;            // [T, d_model], the heads' outputs side by side, before c_proj
  Matrix attn_out;     // [T, d_model], what attention adds to the residual stream
  Matrix resid_mid;    // [T, d_model], the residual stream between attention and MLP
  Matrix mlp_post;     // [T, d_mlp], the MLP's neurons after the activation function
  Matrix mlp_out;      // [T, d_model], what the MLP adds
  Matrix resid_post;   // [T, d_model], the residual stream after the block
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
  bool attn_scores = false;
  bool pattern = false;
  bool z = false;
  bool attn_out = false;
  bool resid_mid = false;
  bool mlp_post = false;
  bool mlp_out = false;

  [[nodiscard]] bool covers(const Kept& wanted) const { return with(wanted) == *this; }
  [[nodiscard]] Kept with(const Kept& more) const;
  bool operator==(const Kept&) const = default;
};

}  // namespace patchboard
