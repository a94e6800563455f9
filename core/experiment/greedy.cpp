#include "core/experiment/greedy.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/model/answer.h"
#include "core/model/attention.h"

namespace patchboard {
namespace {

/// One more position behind a run that kept qkv; its qkv is added. Returns its logits.
Vector next_logits(const Gpt2& model, ThreadPool& pool, ActivationCache& run, TokenId token) {
  const Index D = model.config().d_model;
  const Index position = run.at(0).qkv.rows();
  Matrix x = model.embed(std::array{token}, position);
  const RowRange all{.row = 0, .position = 0, .count = position + 1};
  const RowRange own{.row = 0, .position = position, .count = 1};
  const std::array sequences = {Sequence{.kv = all, .q = own, .wanted = own}};
  for (Index layer = 0; layer < run.n_layer(); ++layer) {
    Matrix& qkv = run.at(layer).qkv;
    qkv.conservativeResize(position + 1, 3 * D);
    qkv.bottomRows(1) = model.qkv(pool, layer, x);
    Matrix z(1, D);
    const AttentionInput input{.q = qkv.leftCols(D).bottomRows(1),
                               .k = qkv.middleCols(D, D),
                               .v = qkv.rightCols(D),
                               .base = nullptr};
    attention(pool, sequences, input, model.config().n_head, z);
    x += model.attn_out(pool, layer, z);
    x += model.mlp_out(pool, layer, x);
  }
  return model.unembed(pool, model.final_norm(pool, x)).row(0);
}

}  // namespace

ActivationCache begun_run(const Gpt2& model, ThreadPool& pool, Matrix embedding,
                          const Insertion* insertion) {
  return whole_run(model, pool, std::move(embedding), {.qkv = true}, insertion);
}

std::vector<TokenId> greedy(const Gpt2& model, ThreadPool& pool, std::vector<ActivationCache> runs,
                            Index count) {
  const Index room = model.config().n_positions - runs.front().n_positions();
  std::vector<TokenId> tokens;
  while (static_cast<Index>(tokens.size()) < std::min(count, room + 1)) {
    AnswerSum sum;
    for (ActivationCache& run : runs) {
      sum.add(tokens.empty() ? Vector(final_logits(model, pool, run, 1).row(0))
                             : next_logits(model, pool, run, tokens.back()));
    }
    const std::vector<Prediction> best = top_k(sum.mean(), 1);
    if (best.empty()) {
      break;
    }
    tokens.push_back(static_cast<TokenId>(best.front().token));
  }
  return tokens;
}

}  // namespace patchboard
