#include "core/attribution/backward.h"

#include <algorithm>
#include <utility>

#include "core/attribution/attention_backward.h"
#include "core/math/gelu.h"
#include "core/math/gemm.h"
#include "core/math/layer_norm.h"
#include "core/model/attention.h"

namespace patchboard {
namespace {

/// Gradients of one block, from its resid_post to its resid_pre.
class BlockBackward {
 public:
  BlockBackward(const Gpt2& model, ThreadPool& pool, const ActivationCache& base, Index layer)
      : config_(model.config()),
        weights_(model.weights().h[static_cast<std::size_t>(layer)]),
        pool_(pool),
        activations_(base.at(layer)),
        resid_pre_(base.resid_pre(layer)) {}

  /// pattern: the run's own. gradients: of resid_post on entry, of the whole block on return.
  /// Returns that of resid_pre.
  [[nodiscard]] Matrix run(const Matrix& pattern, BlockGradients& gradients) const {
    gradients.resid_mid = gradients.resid_post;
    const Matrix d_mlp_in = back(mlp_slopes(gradients.resid_post), weights_.mlp_c_fc);
    add_norm_gradient(activations_.resid_mid, weights_.ln_2, d_mlp_in, gradients.resid_mid);

    gradients.z = back(PackedRows(pool_, gradients.resid_mid), weights_.attn_c_proj);
    attention_backward(pool_, activations_, pattern, gradients.z, config_.n_head, gradients);

    Matrix d_resid_pre = gradients.resid_mid;
    const Matrix d_attn_in = back(PackedRows(pool_, gradients.qkv), weights_.attn_c_attn);
    add_norm_gradient(resid_pre_, weights_.ln_1, d_attn_in, d_resid_pre);
    return d_resid_pre;
  }

 private:
  /// Through a projection. d_out: [T, out]. Returns [T, in].
  [[nodiscard]] Matrix back(const PackedRows& d_out, const ProjectionWeights& projection) const {
    Matrix d_in(d_out.rows(), projection.weight.rows());
    multiply(pool_, d_out, Transposed(projection.weight), d_in);
    return d_in;
  }

  /// The gradient of what GELU is applied to, which a run does not keep: [T, d_mlp].
  [[nodiscard]] PackedRows mlp_slopes(const Matrix& d_mlp_out) const {
    const Matrix& x = activations_.resid_mid;
    const PackedRows normed(pool_, x.rows(), x.cols(), [&](Index row, float* values) {
      layer_norm(row_values(x, row), weights_.ln_2.weight, weights_.ln_2.bias,
                 config_.layer_norm_epsilon, values);
    });
    Matrix before_gelu(x.rows(), config_.d_mlp);
    affine(pool_, normed, weights_.mlp_c_fc.weight, weights_.mlp_c_fc.bias, before_gelu);
    const Matrix d_after = back(PackedRows(pool_, d_mlp_out), weights_.mlp_c_proj);
    return {pool_, x.rows(), config_.d_mlp, [&](Index row, float* values) {
              std::ranges::copy(row_values(d_after, row), values);
              multiply_by_gelu_slope(row_values(before_gelu, row),
                                     {values, static_cast<std::size_t>(config_.d_mlp)});
            }};
  }

  /// d_x += the gradient through a layer norm of x. All: [T, d_model].
  void add_norm_gradient(const Matrix& x, const LayerNormWeights& norm, const Matrix& d_out,
                         Matrix& d_x) const {
    pool_.parallel_for(x.rows(), [&](Index row) {
      add_layer_norm_gradient(row_values(x, row), norm.weight, config_.layer_norm_epsilon,
                              row_values(d_out, row), d_x.row(row).data());
    });
  }

  const Config& config_;
  const BlockWeights& weights_;
  ThreadPool& pool_;
  const BlockActivations& activations_;
  const Matrix& resid_pre_;
};

/// Of resid_post of the last block, of which the logits read the last positions: [T, d_model].
Matrix d_last_resid_post(const Gpt2& model, ThreadPool& pool, const Matrix& resid_post,
                         const MatrixView& d_logits) {
  const Weights& weights = model.weights();
  const Index count = d_logits.rows();
  Matrix d_normed(count, resid_post.cols());
  multiply(pool, PackedRows(pool, d_logits), Transposed(weights.unembedding()), d_normed);
  Matrix d_x = Matrix::Zero(resid_post.rows(), resid_post.cols());
  for (Index row = 0; row < count; ++row) {
    const Index position = resid_post.rows() - count + row;
    add_layer_norm_gradient(row_values(resid_post, position), weights.ln_f.weight,
                            model.config().layer_norm_epsilon, row_values(d_normed, row),
                            d_x.row(position).data());
  }
  return d_x;
}

}  // namespace

Kept kept_of_backward() { return {.qkv = true, .resid_mid = true}; }

void backward(const Gpt2& model, ThreadPool& pool, const ActivationCache& base,
              const MatrixView& d_logits,
              const std::function<void(const BlockOfBackward&)>& visit) {
  Matrix d_x = d_last_resid_post(model, pool, base.h.back().resid_post, d_logits);
  for (Index layer = base.n_layer() - 1; layer >= 0; --layer) {
    const Matrix pattern = attention_patterns(pool, base.at(layer).qkv, model.config().n_head);
    BlockGradients block;
    block.resid_post = std::move(d_x);
    d_x = BlockBackward(model, pool, base, layer).run(pattern, block);
    visit({.layer = layer, .gradients = block, .d_resid_pre = d_x, .pattern = pattern});
  }
}

Gradients backward(const Gpt2& model, ThreadPool& pool, const ActivationCache& base,
                   const MatrixView& d_logits) {
  Gradients gradients;
  gradients.h.resize(base.h.size());
  backward(model, pool, base, d_logits, [&](const BlockOfBackward& block) {
    gradients.at(block.layer) = block.gradients;
    if (block.layer == 0) {
      gradients.embedding = block.d_resid_pre;
    }
  });
  return gradients;
}

}  // namespace patchboard
