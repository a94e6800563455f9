#pragma once

#include <span>

#include "core/math/matrix.h"
#include "core/math/thread_pool.h"
#include "core/model/activation_cache.h"
#include "core/model/attention.h"
#include "core/token_id.h"
#include "core/weights/config.h"
#include "core/weights/weights.h"

namespace patchboard {

/// GPT-2: embedding, n_layer pre-norm blocks, final norm, unembedding; all in f32.
/// Token ids and lengths are preconditions here, checked where they enter (core/session).
/// Source: Radford et al. 2019, section 2.3; openai/gpt-2 `src/model.py`.
class Gpt2 {
 public:
  Gpt2(const Config& config, Weights weights);

  [[nodiscard]] const Config& config() const { return config_; }

  /// One run over `tokens`. Returns the logits of the last position: [vocab_size].
  /// keep: where every block's activations go, or null.
  [[nodiscard]] Vector forward(ThreadPool& pool, std::span<const TokenId> tokens,
                               ActivationCache* keep = nullptr) const;

  /// One block over a batch of suffixes.
  /// x: [rows, d_model], resid_pre on entry, resid_post on return. prefix: see `attention`.
  /// keep: where this block's activations go, or null.
  void run_block(ThreadPool& pool, Index layer, std::span<const Suffix> suffixes,
                 const BlockActivations* prefix, Matrix& x, BlockActivations* keep = nullptr) const;

  /// Final norm and unembedding. x: [rows, d_model], resid_post of the last block.
  /// Returns the logits: [rows, vocab_size].
  [[nodiscard]] Matrix unembed(ThreadPool& pool, const MatrixView& x) const;

 private:
  [[nodiscard]] Matrix embed(std::span<const TokenId> tokens) const;

  Config config_;
  Weights weights_;
};

}  // namespace patchboard
