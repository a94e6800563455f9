#pragma once

#include <span>

#include "core/math/gemm.h"
#include "core/math/matrix.h"
#include "core/math/packed_matrix.h"
#include "core/math/packed_rows.h"
#include "core/math/thread_pool.h"
#include "core/model/activation_cache.h"
#include "core/model/attention.h"
#include "core/model/gradient_visitor.h"
#include "core/model/reader.h"
#include "core/model/site.h"
#include "core/token_id.h"
#include "core/weights/config.h"
#include "core/weights/weights.h"

namespace patchboard {

/// Which rows of a block's input the queries are computed from.
enum class Queries {
  kChanged,  ///< those that keys and values are computed from
  kWanted,   ///< those that are wanted
};

/// Sees what a block computes, site after site in the order of the flow, and may change it.
class BlockVisitor {
 public:
  BlockVisitor() = default;
  BlockVisitor(const BlockVisitor&) = delete;
  BlockVisitor& operator=(const BlockVisitor&) = delete;
  virtual ~BlockVisitor() = default;

  /// Whether it is called at a site. attn_out and mlp_out are computed by themselves where it is,
  /// else as they are added to the stream, with the same bits.
  [[nodiscard]] virtual bool wants(Site site) const = 0;
  /// values: of k and v, and of q with Queries::kChanged, of the rows with keys and values of their
  /// own, [rows, d_model]; of the other sites, of the wanted rows. At resid_pre, the scores and the
  /// pattern it is not called.
  virtual void visit(Site site, MatrixSpan values) = 0;
  /// At the scores and the pattern, which are not held, before z: what attention has read, and what
  /// it gave.
  virtual void visit_attention(const AttentionInput& /*input*/, Matrix& /*z*/) {}
  /// The readers that read a residual stream of their own: a head's q, k or v before they are
  /// visited, an MLP. Rows are those that `visit` gets.
  [[nodiscard]] virtual std::span<const OwnInput> inputs() const { return {}; }
};

/// What a block runs over.
struct Batch {
  std::span<const Sequence> sequences;
  Queries queries = Queries::kChanged;
  const BlockActivations* base = nullptr;  ///< of the run that other positions come from, if any do
  BlockVisitor* visitor = nullptr;         ///< or nobody
};

/// GPT-2: embedding, n_layer pre-norm blocks, final norm, unembedding; arithmetic in f32.
/// A row's results have the same bits whatever else is in its batch and however many threads run.
/// Token ids and lengths are preconditions here, checked where they enter (core/session).
/// Source: Radford et al. 2019, section 2.3; openai/gpt-2 `src/model.py`.
class Gpt2 {
 public:
  Gpt2(Config config, Weights weights);

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

  /// What is left of a block once the values of a site are known, of rows that are positions.
  /// site: one that is not of a head, or z. values: of the site. x: the residual stream that they
  /// are added to on entry, not read where that is nothing; resid_post on return.
  void finish_block(ThreadPool& pool, Index layer, Site site, const MatrixView& values, Matrix& x,
                    BlockVisitor* visitor = nullptr) const;

  /// The gradients of a number with respect to what a run computed, by one pass from the logits to
  /// the embedding, a block's at a time. run: kept `kept_of_backward()`. d_logits: [count,
  /// vocab_size], the number's gradient with respect to the logits of the last `count` positions.
  /// The same bits for any number of threads. Source: Rumelhart et al. 1986.
  void backward(ThreadPool& pool, const ActivationCache& run, const MatrixView& d_logits,
                GradientVisitor& visitor) const;

  /// The sum of the token's and the position's vector: [tokens, d_model]. first: position of the
  /// first token.
  [[nodiscard]] Matrix embed(std::span<const TokenId> tokens, Index first = 0) const;
  /// ln_f. x: [rows, d_model], resid_post of the last block. Returns the same shape.
  [[nodiscard]] Matrix final_norm(ThreadPool& pool, const MatrixView& x) const;

  /// normed: [rows, d_model], after `final_norm`. Returns the logits: [rows, vocab_size].
  [[nodiscard]] Matrix unembed(ThreadPool& pool, const MatrixView& normed) const;

  [[nodiscard]] const Weights& weights() const { return weights_; }

 private:
  [[nodiscard]] PackedRows normed_rows(ThreadPool& pool, const MatrixView& x,
                                       const LayerNormWeights& norm) const;
  void project(ThreadPool& pool, const BlockWeights& block, const MatrixView& z, Output output,
               const MatrixSpan& out) const;
  void mlp(ThreadPool& pool, const BlockWeights& block, const MatrixView& input, Output output,
           const MatrixSpan& out, BlockVisitor* visitor) const;
  void mlp_project(ThreadPool& pool, const BlockWeights& block, const PackedRows& activated,
                   Output output, const MatrixSpan& out) const;
  [[nodiscard]] Matrix mlp_hidden(ThreadPool& pool, const BlockWeights& block,
                                  const MatrixView& input) const;
  void read_own_inputs(ThreadPool& pool, Index layer, std::span<const OwnInput> inputs,
                       MatrixSpan q, MatrixSpan own) const;
  [[nodiscard]] Columns columns_of(const Reader& reader) const;

  // Their inverses: gpt2_backward.cpp.
  [[nodiscard]] Matrix logits_backward(ThreadPool& pool, const Matrix& resid_post,
                                       const MatrixView& d_logits, GradientVisitor& visitor) const;
  void run_block_backward(ThreadPool& pool, Index layer, const ActivationCache& run, Matrix& d_x,
                          GradientVisitor& visitor) const;
  void mlp_backward(ThreadPool& pool, Index layer, const Matrix& resid_mid, Matrix& d_x,
                    GradientVisitor& visitor) const;
  void heads_backward(ThreadPool& pool, Index layer, const Matrix& resid_pre, Matrix& d_qkv,
                      GradientVisitor& visitor) const;
  void add_norm_gradient(ThreadPool& pool, const MatrixView& x, const LayerNormWeights& norm,
                         const Matrix& d_out, MatrixSpan d_x) const;

  Config config_;
  Weights weights_;
};

}  // namespace patchboard
