#include "core/model/gpt2.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/math/activation.h"
#include "core/math/gemm.h"
#include "core/math/layer_norm.h"

namespace patchboard {
namespace {

bool wants(const BlockVisitor* visitor, Site site) {
  return visitor != nullptr && visitor->wants(site);
}

void visit(BlockVisitor* visitor, Site site, const MatrixSpan& values) {
  if (wants(visitor, site)) {
    visitor->visit(site, values);
  }
}

std::span<const OwnInput> inputs_of(const BlockVisitor* visitor) {
  return visitor == nullptr ? std::span<const OwnInput>{} : visitor->inputs();
}

}  // namespace

Gpt2::Gpt2(Config config, Weights weights)
    : config_(std::move(config)), weights_(std::move(weights)) {}

Vector Gpt2::forward(ThreadPool& pool, std::span<const TokenId> tokens) const {
  Matrix x = embed(tokens);
  const RowRange whole{.row = 0, .position = 0, .count = x.rows()};
  const std::array everything = {Sequence{.kv = whole, .q = whole, .wanted = whole}};
  const RowRange last{.row = 0, .position = x.rows() - 1, .count = 1};
  const std::array only_last = {Sequence{.kv = whole, .q = last, .wanted = last}};
  for (Index layer = 0; layer < config_.n_layer - 1; ++layer) {
    run_block(pool, layer, {.sequences = everything}, x, x);
  }
  Matrix final_row = x.bottomRows(1);
  const Batch batch{.sequences = only_last, .queries = Queries::kWanted};
  run_block(pool, config_.n_layer - 1, batch, x, final_row);
  return unembed(pool, final_norm(pool, final_row)).row(0);
}

Matrix Gpt2::embed(std::span<const TokenId> tokens, Index first) const {
  Matrix x(static_cast<Index>(tokens.size()), config_.d_model);
  Vector place(x.cols());
  for (Index position = 0; position < x.rows(); ++position) {
    weights_.wte.get_column(tokens[static_cast<std::size_t>(position)], row_values(x, position));
    weights_.wpe.get_column(first + position, row_values(place));
    x.row(position) += place;
  }
  return x;
}

PackedRows Gpt2::normed_rows(ThreadPool& pool, const MatrixView& x,
                             const LayerNormWeights& norm) const {
  return {pool, x.rows(), x.cols(), [&](Index row, float* normed) {
            layer_norm(row_values(x, row), norm.weight, norm.bias, config_.layer_norm_epsilon,
                       normed);
          }};
}

void Gpt2::run_block(ThreadPool& pool, Index layer, const Batch& batch, const MatrixView& changed,
                     Matrix& x) const {
  const BlockWeights& block = weights_.h[static_cast<std::size_t>(layer)];
  const ProjectionWeights& c_attn = block.attn_c_attn;
  const Index D = config_.d_model;
  const bool own_queries = batch.queries == Queries::kWanted;
  Matrix own(changed.rows(), 3 * D);
  Matrix queries;
  {
    const PackedRows normed = normed_rows(pool, changed, block.ln_1);
    const Columns columns{.first = own_queries ? D : 0, .count = own_queries ? 2 * D : 3 * D};
    affine(pool, normed, c_attn.weight, columns, c_attn.bias, Output::kAssign,
           own.rightCols(columns.count));
  }
  if (own_queries) {
    queries.resize(x.rows(), D);
    affine(pool, normed_rows(pool, x, block.ln_1), c_attn.weight, {.first = 0, .count = D},
           c_attn.bias, Output::kAssign, queries);
  }
  const MatrixSpan q = own_queries ? MatrixSpan(queries) : MatrixSpan(own.leftCols(D));
  read_own_inputs(pool, layer, inputs_of(batch.visitor), q, own);
  visit(batch.visitor, Site::kQ, q);
  visit(batch.visitor, Site::kK, own.middleCols(D, D));
  visit(batch.visitor, Site::kV, own.rightCols(D));
  Matrix z(x.rows(), D);
  const AttentionInput input{.q = q,
                             .k = own.middleCols(D, D),
                             .v = own.rightCols(D),
                             .base = batch.base == nullptr ? nullptr : &batch.base->qkv};
  attention(pool, batch.sequences, input, config_.attention(layer), z);
  if (wants(batch.visitor, Site::kAttnScores) || wants(batch.visitor, Site::kPattern)) {
    batch.visitor->visit_attention(input, z);
  }
  visit(batch.visitor, Site::kZ, z);
  finish_block(pool, layer, Site::kZ, z, x, batch.visitor);
}

void Gpt2::finish_block(ThreadPool& pool, Index layer, Site site, const MatrixView& values,
                        Matrix& x, BlockVisitor* visitor) const {
  const BlockWeights& block = weights_.h[static_cast<std::size_t>(layer)];
  // What a part adds to the stream: at once, or by itself for who wants to see it.
  const auto add = [&](Site what, const auto& compute) {
    if (!wants(visitor, what)) {
      compute(Output::kAdd, x);
      return;
    }
    Matrix apart(x.rows(), x.cols());
    compute(Output::kAssign, apart);
    visitor->visit(what, apart);
    x += apart;
  };
  const SiteTraits& traits = traits_of(site);
  if (traits.rest == Rest::kProjection) {
    add(Site::kAttnOut,
        [&](Output output, const MatrixSpan& out) { project(pool, block, values, output, out); });
  } else if (traits.rest == Rest::kMlpProjection) {
    add(Site::kMlpOut, [&](Output output, const MatrixSpan& out) {
      mlp_project(pool, block, PackedRows(pool, values), output, out);
    });
  } else if (traits.added_to == AddedTo::kNothing) {
    x = values;
  } else {
    x += values;
  }
  if (traits.rest <= Rest::kMlp) {
    visit(visitor, Site::kResidMid, x);
    const Matrix* own = own_input(inputs_of(visitor), {.kind = Reader::Kind::kMlp, .layer = layer});
    add(Site::kMlpOut, [&](Output output, const MatrixSpan& out) {
      mlp(pool, block, own == nullptr ? x : *own, output, out, visitor);
    });
  }
  visit(visitor, Site::kResidPost, x);
}

void Gpt2::project(ThreadPool& pool, const BlockWeights& block, const MatrixView& z, Output output,
                   const MatrixSpan& out) const {
  affine(pool, PackedRows(pool, z), block.attn_c_proj.weight,
         {.first = 0, .count = config_.d_model}, block.attn_c_proj.bias, output, out);
}

/// Which columns of c_attn a head's q, k or v is.
Columns Gpt2::columns_of(const Reader& reader) const {
  const Index third = reader.kind == Reader::Kind::kQ ? 0 : reader.kind == Reader::Kind::kK ? 1 : 2;
  return {.first = third * config_.d_model + reader.head * config_.d_head(),
          .count = config_.d_head()};
}

/// Of the heads with an input of their own. q: [rows, d_model]. own: [rows, 3 d_model].
void Gpt2::read_own_inputs(ThreadPool& pool, Index layer, std::span<const OwnInput> inputs,
                           MatrixSpan q, MatrixSpan own) const {
  if (inputs.empty()) {
    return;
  }
  const BlockWeights& block = weights_.h[static_cast<std::size_t>(layer)];
  for (const Reader& reader : head_readers(layer, config_.n_head)) {
    if (const Matrix* resid = own_input(inputs, reader)) {
      const Columns columns = columns_of(reader);
      affine(pool, normed_rows(pool, *resid, block.ln_1), block.attn_c_attn.weight, columns,
             block.attn_c_attn.bias, Output::kAssign,
             (reader.kind == Reader::Kind::kQ ? q : own).middleCols(columns.first, columns.count));
    }
  }
}

/// What the activation is applied to: [rows, d_mlp].
Matrix Gpt2::mlp_hidden(ThreadPool& pool, const BlockWeights& block,
                        const MatrixView& input) const {
  Matrix hidden(input.rows(), config_.d_mlp);
  affine(pool, normed_rows(pool, input, block.ln_2), block.mlp_c_fc.weight, block.mlp_c_fc.bias,
         hidden);
  return hidden;
}

/// input: what is read, resid_mid as a rule; it and out may be the same.
void Gpt2::mlp(ThreadPool& pool, const BlockWeights& block, const MatrixView& input, Output output,
               const MatrixSpan& out, BlockVisitor* visitor) const {
  Matrix hidden = mlp_hidden(pool, block, input);
  if (wants(visitor, Site::kMlpPost)) {
    pool.parallel_for(hidden.rows(), [&](Index row) {
      activate(config_.variant.activation, row_values(hidden, row));
    });
    visitor->visit(Site::kMlpPost, hidden);
    mlp_project(pool, block, PackedRows(pool, hidden), output, out);
    return;
  }
  const PackedRows activated(pool, hidden.rows(), config_.d_mlp, [&](Index row, float* values) {
    std::ranges::copy(row_values(std::as_const(hidden), row), values);
    activate(config_.variant.activation, {values, static_cast<std::size_t>(config_.d_mlp)});
  });
  mlp_project(pool, block, activated, output, out);
}

void Gpt2::mlp_project(ThreadPool& pool, const BlockWeights& block, const PackedRows& activated,
                       Output output, const MatrixSpan& out) const {
  affine(pool, activated, block.mlp_c_proj.weight, {.first = 0, .count = config_.d_model},
         block.mlp_c_proj.bias, output, out);
}

Matrix Gpt2::final_norm(ThreadPool& pool, const MatrixView& x) const {
  Matrix normed(x.rows(), x.cols());
  pool.parallel_for(x.rows(), [&](Index row) {
    layer_norm(row_values(x, row), weights_.ln_f.weight, weights_.ln_f.bias,
               config_.layer_norm_epsilon, normed.row(row).data());
  });
  return normed;
}

Matrix Gpt2::unembed(ThreadPool& pool, const MatrixView& normed) const {
  Matrix logits(normed.rows(), config_.vocab_size);
  affine(pool, PackedRows(pool, normed), weights_.unembedding(), Vector(), logits);
  return logits;
}

}  // namespace patchboard
