#include "core/model/gpt2.h"

#include <array>
#include <utility>

#include "core/math/gelu.h"
#include "core/math/gemm.h"
#include "core/math/layer_norm.h"

namespace patchboard {

Gpt2::Gpt2(const Config& config, Weights weights) : config_(config), weights_(std::move(weights)) {}

Vector Gpt2::forward(ThreadPool& pool, std::span<const TokenId> tokens,
                     ActivationCache* keep) const {
  Matrix x = embed(tokens);
  const std::array whole = {Suffix{.row = 0, .position = 0, .length = x.rows()}};
  if (keep != nullptr) {
    keep->resize(weights_.h.size());
  }
  for (Index layer = 0; layer < config_.n_layer; ++layer) {
    BlockActivations* kept = keep == nullptr ? nullptr : &(*keep)[static_cast<std::size_t>(layer)];
    run_block(pool, layer, whole, nullptr, x, kept);
  }
  return unembed(pool, x.bottomRows(1)).row(0);
}

Matrix Gpt2::embed(std::span<const TokenId> tokens) const {
  Matrix x(static_cast<Index>(tokens.size()), config_.d_model);
  for (Index position = 0; position < x.rows(); ++position) {
    const TokenId token = tokens[static_cast<std::size_t>(position)];
    x.row(position) = weights_.wte.row(token) + weights_.wpe.row(position);
  }
  return x;
}

void Gpt2::run_block(ThreadPool& pool, Index layer, std::span<const Suffix> suffixes,
                     const BlockActivations* prefix, Matrix& x, BlockActivations* keep) const {
  const BlockWeights& block = weights_.h[static_cast<std::size_t>(layer)];
  const float eps = config_.layer_norm_epsilon;
  const Index rows = x.rows();
  const Index D = config_.d_model;
  Matrix normed(rows, D);
  Matrix out(rows, D);

  layer_norm(pool, x, block.ln_1.weight, block.ln_1.bias, eps, normed);
  Matrix qkv(rows, 3 * D);
  affine(pool, normed, block.attn_c_attn.weight, block.attn_c_attn.bias, qkv);
  Matrix& z = normed;  // its values are not needed again
  attention(pool, suffixes, qkv, config_.n_head, prefix, z);
  affine(pool, z, block.attn_c_proj.weight, block.attn_c_proj.bias, out);
  x += out;

  layer_norm(pool, x, block.ln_2.weight, block.ln_2.bias, eps, normed);
  Matrix hidden(rows, config_.d_mlp);
  affine(pool, normed, block.mlp_c_fc.weight, block.mlp_c_fc.bias, hidden);
  gelu(pool, hidden);
  affine(pool, hidden, block.mlp_c_proj.weight, block.mlp_c_proj.bias, out);
  x += out;

  if (keep != nullptr) {
    keep->k = qkv.middleCols(D, D);
    keep->v = qkv.rightCols(D);
    keep->resid_post = x;
  }
}

Matrix Gpt2::unembed(ThreadPool& pool, const MatrixView& x) const {
  Matrix normed(x.rows(), x.cols());
  layer_norm(pool, x, weights_.ln_f.weight, weights_.ln_f.bias, config_.layer_norm_epsilon, normed);
  Matrix logits(x.rows(), config_.vocab_size);
  multiply_transposed(pool, normed, weights_.unembedding(), logits);
  return logits;
}

}  // namespace patchboard
