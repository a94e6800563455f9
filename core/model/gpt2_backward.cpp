// The inverse of each line of gpt2.cpp.

#include <algorithm>

#include "core/math/activation.h"
#include "core/math/gemm.h"
#include "core/math/layer_norm.h"
#include "core/model/attention.h"
#include "core/model/attention_backward.h"
#include "core/model/gpt2.h"

namespace patchboard {
namespace {

/// Through a matrix. d_out: [rows, out]. Returns [rows, in].
Matrix back(ThreadPool& pool, const PackedRows& d_out, const Transposed& weight) {
  Matrix d_in(d_out.rows(), weight.cols());
  multiply(pool, d_out, weight, d_in);
  return d_in;
}

}  // namespace

void Gpt2::backward(ThreadPool& pool, const ActivationCache& run, const MatrixView& d_logits,
                    GradientVisitor& visitor) const {
  Matrix d_x = logits_backward(pool, run.h.back().resid_post, d_logits, visitor);
  for (Index layer = config_.n_layer - 1; layer >= 0; --layer) {
    run_block_backward(pool, layer, run, d_x, visitor);
  }
}

/// Returns the gradient of resid_post of the last block: [T, d_model].
Matrix Gpt2::logits_backward(ThreadPool& pool, const Matrix& resid_post, const MatrixView& d_logits,
                             GradientVisitor& visitor) const {
  const Reader reader{.kind = Reader::Kind::kLogits};
  const Matrix* own = own_input(visitor.inputs(), reader);
  const Index count = d_logits.rows();
  const Matrix d_normed =
      back(pool, PackedRows(pool, d_logits), Transposed(weights_.unembedding()));
  Matrix d_x = Matrix::Zero(resid_post.rows(), resid_post.cols());
  add_norm_gradient(pool, (own == nullptr ? resid_post : *own).bottomRows(count), weights_.ln_f,
                    d_normed, d_x.bottomRows(count));
  if (visitor.wants(reader)) {
    visitor.visit(reader, d_x);
  }
  return own == nullptr ? d_x : Matrix::Zero(d_x.rows(), d_x.cols());
}

/// d_x: [T, d_model], of resid_post on entry, of resid_pre on return.
void Gpt2::run_block_backward(ThreadPool& pool, Index layer, const ActivationCache& run,
                              Matrix& d_x, GradientVisitor& visitor) const {
  const BlockWeights& block = weights_.h[static_cast<std::size_t>(layer)];
  const BlockActivations& values = run.at(layer);
  const Index D = config_.d_model;
  const auto visit = [&](Site site, const MatrixView& of_run, const MatrixView& gradient) {
    if (visitor.wants(site)) {
      visitor.visit(site, layer, of_run, gradient);
    }
  };
  visit(Site::kResidPost, values.resid_post, d_x);
  visit(Site::kMlpOut, values.mlp_out, d_x);
  mlp_backward(pool, layer, values.resid_mid, d_x, visitor);
  visit(Site::kResidMid, values.resid_mid, d_x);
  visit(Site::kAttnOut, values.attn_out, d_x);
  const Matrix d_z = back(pool, PackedRows(pool, d_x), Transposed(block.attn_c_proj.weight));
  visit(Site::kZ, values.z, d_z);
  const AttentionRule rule = config_.attention(layer);
  const Matrix pattern = attention_patterns(pool, values.qkv, rule);
  AttentionGradients d =
      attention_backward(pool, values.qkv, pattern, d_z, rule, visitor.wants(Site::kAttnScores));
  visit(Site::kPattern, pattern, d.pattern);
  if (visitor.wants(Site::kAttnScores)) {
    visit(Site::kAttnScores, attention_scores(pool, values.qkv, rule), d.scores);
  }
  visit(Site::kQ, values.qkv.leftCols(D), d.qkv.leftCols(D));
  visit(Site::kK, values.qkv.middleCols(D, D), d.qkv.middleCols(D, D));
  visit(Site::kV, values.qkv.rightCols(D), d.qkv.rightCols(D));
  heads_backward(pool, layer, run.resid_pre(layer), d.qkv, visitor);
  const Matrix d_normed = back(pool, PackedRows(pool, d.qkv), Transposed(block.attn_c_attn.weight));
  add_norm_gradient(pool, run.resid_pre(layer), block.ln_1, d_normed, d_x);
  visit(Site::kResidPre, run.resid_pre(layer), d_x);
}

/// d_x: of resid_post, which mlp_out shares, on entry, of resid_mid on return.
void Gpt2::mlp_backward(ThreadPool& pool, Index layer, const Matrix& resid_mid, Matrix& d_x,
                        GradientVisitor& visitor) const {
  const BlockWeights& block = weights_.h[static_cast<std::size_t>(layer)];
  const Reader reader{.kind = Reader::Kind::kMlp, .layer = layer};
  const Matrix* own = own_input(visitor.inputs(), reader);
  const Matrix& input = own == nullptr ? resid_mid : *own;
  const Matrix hidden = mlp_hidden(pool, block, input);
  const Matrix d_activated = back(pool, PackedRows(pool, d_x), Transposed(block.mlp_c_proj.weight));
  if (visitor.wants(Site::kMlpPost)) {
    Matrix activated = hidden;
    pool.parallel_for(hidden.rows(), [&](Index row) {
      activate(config_.variant.activation, row_values(activated, row));
    });
    visitor.visit(Site::kMlpPost, layer, activated, d_activated);
  }
  const PackedRows d_hidden(pool, hidden.rows(), config_.d_mlp, [&](Index row, float* values) {
    std::ranges::copy(row_values(d_activated, row), values);
    multiply_by_slope(config_.variant.activation, row_values(hidden, row),
                      {values, static_cast<std::size_t>(config_.d_mlp)});
  });
  const Matrix d_normed = back(pool, d_hidden, Transposed(block.mlp_c_fc.weight));
  if (visitor.wants(reader)) {
    Matrix d_input = Matrix::Zero(d_x.rows(), d_x.cols());
    add_norm_gradient(pool, input, block.ln_2, d_normed, d_input);
    visitor.visit(reader, d_input);
  }
  if (own == nullptr) {
    add_norm_gradient(pool, resid_mid, block.ln_2, d_normed, d_x);
  }
}

/// What each head's q, k and v read, for who wants to see it. d_qkv: [T, 3 d_model]; what is read
/// from an input of its own is taken out.
void Gpt2::heads_backward(ThreadPool& pool, Index layer, const Matrix& resid_pre, Matrix& d_qkv,
                          GradientVisitor& visitor) const {
  const BlockWeights& block = weights_.h[static_cast<std::size_t>(layer)];
  for (const Reader& reader : head_readers(layer, config_.n_head)) {
    const Matrix* own = own_input(visitor.inputs(), reader);
    const Columns columns = columns_of(reader);
    if (visitor.wants(reader)) {
      // A transposed matrix begins at a whole panel.
      const Index first = columns.first / Transposed::kPanelCols * Transposed::kPanelCols;
      const Index before = columns.first - first;
      const PackedRows d_own(
          pool, d_qkv.rows(), before + columns.count, [&](Index row, float* values) {
            std::fill_n(values, before, 0.0F);
            std::copy_n(d_qkv.row(row).data() + columns.first, columns.count, values + before);
          });
      const Matrix d_normed =
          back(pool, d_own, Transposed(block.attn_c_attn.weight, first, before + columns.count));
      Matrix d_input = Matrix::Zero(d_qkv.rows(), config_.d_model);
      add_norm_gradient(pool, own == nullptr ? resid_pre : *own, block.ln_1, d_normed, d_input);
      visitor.visit(reader, d_input);
    }
    if (own != nullptr) {
      d_qkv.middleCols(columns.first, columns.count).setZero();
    }
  }
}

/// d_x += the gradient through a layer norm of x. All: [rows, d_model].
void Gpt2::add_norm_gradient(ThreadPool& pool, const MatrixView& x, const LayerNormWeights& norm,
                             const Matrix& d_out, MatrixSpan d_x) const {
  pool.parallel_for(x.rows(), [&](Index row) {
    add_layer_norm_gradient(row_values(x, row), norm.weight, config_.layer_norm_epsilon,
                            row_values(d_out, row), d_x.row(row).data());
  });
}

}  // namespace patchboard
