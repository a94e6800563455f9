#pragma once

#include <functional>
#include <span>

#include "core/math/gemm.h"
#include "core/math/matrix.h"
#include "core/math/packed_matrix.h"
#include "core/math/packed_rows.h"
#include "core/math/thread_pool.h"
#include "core/model/activation_cache.h"
#include "core/model/attention.h"
#include "core/token_id.h"
#include "core/weights/config.h"
#include "core/weights/weights.h"

namespace patchboard {

/// Which rows of a block's input the queries are computed from.
enum class Queries {
  kChanged,  ///< those that keys and values are computed from
  kWanted,   ///< those that are wanted
};

/// What a block runs over.
struct Batch {
  std::span<const Sequence> sequences;
  Queries queries = Queries::kChanged;
  const BlockActivations* base = nullptr;  ///< of the run that other positions come from, if any do
  /// Called with resid_mid of the wanted rows, which it may change; or empty.
  std::function<void(Matrix& resid_mid)> at_resid_mid = {};
};

/// GPT-2: embedding, n_layer pre-norm blocks, final norm, unembedding; arithmetic in f32.
/// A row's results have the same bits whatever else is in its batch and however many threads run.
/// Token ids and lengths are preconditions here, checked where they enter (core/session).
/// Source: Radford et al. 2019, section 2.3; openai/gpt-2 `src/model.py`.
class Gpt2 {
 public:
  Gpt2(const Config& config, Weights weights);

  [[nodiscard]] const Config& config() const { return config_; }
  [[nodiscard]] std::size_t weight_bytes() const { return weights_.bytes(); }

  /// One run over `tokens` that computes only what the logits need. Returns the logits of the last
  /// position: [vocab_size]. A run that keeps its activations: core/patching/whole_run.h.
  [[nodiscard]] Vector forward(ThreadPool& pool, std::span<const TokenId> tokens) const;

  /// One block over a batch.
  /// changed: [rows, d_model], resid_pre of the rows with keys and values of their own; may be x.
  /// x: [rows, d_model], resid_pre of the wanted rows on entry, their resid_post on return.
  void run_block(ThreadPool& pool, Index layer, const Batch& batch, const MatrixView& changed,
                 Matrix& x) const;

  /// The parts of a block, with the bits that `run_block` gives; rows are positions.
  /// The sum of the token's and the position's vector: [tokens, d_model]. first: position of the
  /// first token.
  [[nodiscard]] Matrix embed(std::span<const TokenId> tokens, Index first = 0) const;
  /// q, k and v side by side: [rows, 3 d_model].
  [[nodiscard]] Matrix qkv(ThreadPool& pool, Index layer, const MatrixView& resid_pre) const;
  /// z: [rows, d_model]. Returns the same shape.
  [[nodiscard]] Matrix attn_out(ThreadPool& pool, Index layer, const MatrixView& z) const;
  /// resid_mid: [rows, d_model]. Returns the same shape.
  [[nodiscard]] Matrix mlp_out(ThreadPool& pool, Index layer, const MatrixView& resid_mid) const;

  /// ln_f. x: [rows, d_model], resid_post of the last block. Returns the same shape.
  [[nodiscard]] Matrix final_norm(ThreadPool& pool, const MatrixView& x) const;

  /// normed: [rows, d_model], after `final_norm`. Returns the logits: [rows, vocab_size].
  [[nodiscard]] Matrix unembed(ThreadPool& pool, const MatrixView& normed) const;

  [[nodiscard]] const Weights& weights() const { return weights_; }

 private:
  [[nodiscard]] PackedRows normed_rows(ThreadPool& pool, const MatrixView& x,
                                       const LayerNormWeights& norm) const;
  void mlp(ThreadPool& pool, const BlockWeights& block, const MatrixView& resid_mid, Output output,
           const MatrixSpan& out) const;

  Config config_;
  Weights weights_;
};

}  // namespace patchboard
