#include "core/experiment/logit_lens.h"

#include <algorithm>
#include <cmath>

#include "core/math/softmax.h"

namespace patchboard {
namespace {

// Bounds the memory that logits take.
constexpr Index kRowsAtOnce = 64;

}  // namespace

LogitLens logit_lens(const Gpt2& model, ThreadPool& pool, const ActivationCache& run,
                     std::span<const TokenId> targets) {
  const Index T = run.n_positions();
  const auto cells = static_cast<std::size_t>(run.n_layer() * T);
  LogitLens lens{.top = std::vector<TokenId>(cells),
                 .top_prob = std::vector<float>(cells),
                 .prob = std::vector<float>(targets.size() * cells)};
  for (Index layer = 0; layer < run.n_layer(); ++layer) {
    const Matrix normed = model.final_norm(pool, run.at(layer).resid_post);
    for (Index first = 0; first < T; first += kRowsAtOnce) {
      const Index count = std::min(kRowsAtOnce, T - first);
      const Matrix logits = model.unembed(pool, normed.middleRows(first, count));
      pool.parallel_for(count, [&](Index row) {
        const auto cell = static_cast<std::size_t>(layer * T + first + row);
        const double total = log_sum_exp(row_values(logits, row));
        const auto prob = [&](TokenId token) {
          return static_cast<float>(std::exp(static_cast<double>(logits(row, token)) - total));
        };
        Index top = 0;
        logits.row(row).maxCoeff(&top);
        lens.top[cell] = static_cast<TokenId>(top);
        lens.top_prob[cell] = prob(lens.top[cell]);
        for (std::size_t target = 0; target < targets.size(); ++target) {
          lens.prob[target * cells + cell] = prob(targets[target]);
        }
      });
    }
  }
  return lens;
}

}  // namespace patchboard
