#pragma once

#include <span>

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

  /// One run over `tokens`. Returns the logits of the last position: [vocab_size].
  /// keep: where every block's activations go; where null, only what the logits need is computed.
  [[nodiscard]] Vector forward(ThreadPool& pool, std::span<const TokenId> tokens,
                               ActivationCache* keep = nullptr) const;

  /// One block over a batch.
  /// changed: [rows, d_model], resid_pre of the rows with keys and values of their own; may be x.
  /// x: [rows, d_model], resid_pre of the wanted rows on entry, their resid_post on return.
  /// keep: where this block's activations go, or null; then all rows are wanted.
  void run_block(ThreadPool& pool, Index layer, const Batch& batch, const MatrixView& changed,
                 Matrix& x, BlockActivations* keep = nullptr) const;

  /// ln_f. x: [rows, d_model], resid_post of the last block. Returns the same shape.
  [[nodiscard]] Matrix final_norm(ThreadPool& pool, const MatrixView& x) const;

  /// normed: [rows, d_model], after `final_norm`. Returns the logits: [rows, vocab_size].
  [[nodiscard]] Matrix unembed(ThreadPool& pool, const MatrixView& normed) const;

  /// The unembedding of some tokens: [d_model, tokens]. `normed` times it gives the same bits as
  /// `unembed` does.
  [[nodiscard]] PackedMatrix unembedding_of(std::span<const TokenId> tokens) const;

 private:
  [[nodiscard]] Matrix embed(std::span<const TokenId> tokens) const;
  [[nodiscard]] PackedRows normed_rows(ThreadPool& pool, const MatrixView& x,
                                       const LayerNormWeights& norm) const;
  void add_mlp(ThreadPool& pool, const BlockWeights& block, Matrix& x) const;

  Config config_;
  Weights weights_;
};

}  // namespace patchboard
