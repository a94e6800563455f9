#include "core/closer/greedy.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/model/answer.h"
#include "core/model/attention.h"

namespace patchboard {
namespace {

/// Keeps q, k and v of one more position.
class NextPosition : public BlockVisitor {
 public:
  explicit NextPosition(Matrix& qkv) : qkv_(qkv) {
    qkv_.conservativeResize(qkv_.rows() + 1, Eigen::NoChange);
  }

  [[nodiscard]] bool wants(Site site) const override {
    return site == Site::kQ || site == Site::kK || site == Site::kV;
  }
  void visit(Site site, MatrixSpan values) override {
    qkv_.bottomRows(1).middleCols(traits_of(site).third * values.cols(), values.cols()) = values;
  }

 private:
  Matrix& qkv_;
};

/// One more position behind a run that kept qkv; its qkv is added. Returns its logits.
Vector next_logits(const Gpt2& model, ThreadPool& pool, ActivationCache& run, TokenId token) {
  const Index position = run.at(0).qkv.rows();
  Matrix x = model.embed(std::array{token}, position);
  const RowRange own{.row = 0, .position = position, .count = 1};
  const std::array sequences = {Sequence{.kv = own, .q = own, .wanted = own}};
  for (Index layer = 0; layer < run.n_layer(); ++layer) {
    NextPosition continuation(run.at(layer).qkv);
    model.run_block(pool, layer,
                    {.sequences = sequences, .base = &run.at(layer), .visitor = &continuation}, x,
                    x);
  }
  return model.unembed(pool, model.final_norm(pool, x)).row(0);
}

}  // namespace

ActivationCache begun_run(const Gpt2& model, ThreadPool& pool, Matrix embedding,
                          std::span<const Edit> edits) {
  return whole_run(model, pool, std::move(embedding), {.qkv = true}, edits);
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
