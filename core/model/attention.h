#pragma once

#include <span>

#include "core/math/matrix.h"
#include "core/math/thread_pool.h"
#include "core/model/activation_cache.h"

namespace patchboard {

/// The end of one sequence, as consecutive rows of a batch: its rows are the positions
/// [position, position + length). Keys and values of earlier positions come from another run.
struct Suffix {
  Index row = 0;       ///< first row in the batch
  Index position = 0;  ///< of that row in its sequence
  Index length = 0;

  [[nodiscard]] Index last_row() const { return row + length - 1; }
};

/// Causal multi-head attention of every suffix to its own sequence.
/// qkv: [rows, 3 d_model], the output of c_attn. prefix: k and v of the run that the earlier
/// positions come from; may be null when every suffix starts at position 0.
/// z: [rows, d_model], the heads' outputs side by side, before c_proj.
/// Source: Vaswani et al. 2017, section 3.2.1; GPT-2 `attn`.
void attention(ThreadPool& pool, std::span<const Suffix> suffixes, const MatrixView& qkv,
               Index n_head, const BlockActivations* prefix, MatrixSpan z);

}  // namespace patchboard
