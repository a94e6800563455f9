#include "core/closer/logit_lens.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/math/softmax.h"

namespace patchboard {
namespace {

// Bounds the memory that logits take.
constexpr Index kRowsAtOnce = 64;
constexpr float kNone = std::numeric_limits<float>::quiet_NaN();

/// The place of the largest value, the first of equals. No value is compared unless all are finite.
void set_top(const VectorView& values, bool finite, TokenId& top) {
  Index largest = kNoToken;
  if (finite) {
    values.maxCoeff(&largest);
  }
  top = static_cast<TokenId>(largest);
}

/// Some cells of a lens, one layer after the other, as rows: [cells, vocab_size].
class MeanPart {
 public:
  MeanPart(const Gpt2& model, ThreadPool& pool, Index first, Index count)
      : model_(model),
        pool_(pool),
        first_(first),
        probs_(Matrix::Zero(count, model.config().vocab_size)) {}

  void add(const ActivationCache& run) {
    const Index T = run.n_positions();
    Index cell = first_;
    while (cell < first_ + probs_.rows()) {
      const Index position = cell % T;
      const Index count = std::min({kRowsAtOnce, T - position, first_ + probs_.rows() - cell});
      const Matrix normed =
          model_.final_norm(pool_, run.at(cell / T).resid_post.middleRows(position, count));
      add(model_.unembed(pool_, normed), cell - first_);
      cell += count;
    }
    ++runs_;
  }

  /// lens: gets these cells.
  void read(std::span<const TokenId> targets, LogitLens& lens) {
    probs_ /= static_cast<float>(runs_);
    pool_.parallel_for(probs_.rows(), [&](Index row) {
      const auto cell = static_cast<std::size_t>(first_ + row);
      const bool finite = probs_.row(row).allFinite();
      set_top(probs_.row(row), finite, lens.top[cell]);
      lens.top_prob[cell] = finite ? probs_(row, lens.top[cell]) : kNone;
      for (std::size_t target = 0; target < targets.size(); ++target) {
        lens.prob[target * lens.top.size() + cell] = finite ? probs_(row, targets[target]) : kNone;
      }
    });
  }

 private:
  void add(const Matrix& logits, Index first) {
    pool_.parallel_for(logits.rows(), [&](Index row) {
      const double total = log_sum_exp(row_values(logits, row));
      probs_.row(first + row) += logits.row(row).unaryExpr([&](float logit) {
        return static_cast<float>(std::exp(static_cast<double>(logit) - total));
      });
    });
  }

  const Gpt2& model_;
  ThreadPool& pool_;
  Index first_;
  Matrix probs_;  // sums until they are read
  Index runs_ = 0;
};

LogitLens empty_lens(Index cells, std::size_t targets) {
  const auto size = static_cast<std::size_t>(cells);
  return {.top = std::vector<TokenId>(size),
          .top_prob = std::vector<float>(size),
          .prob = std::vector<float>(targets * size)};
}

}  // namespace

LogitLens logit_lens(const Gpt2& model, ThreadPool& pool, const ActivationCache& run,
                     std::span<const TokenId> targets) {
  const Index T = run.n_positions();
  const auto cells = static_cast<std::size_t>(run.n_layer() * T);
  LogitLens lens = empty_lens(run.n_layer() * T, targets.size());
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
        set_top(logits.row(row), std::isfinite(total), lens.top[cell]);
        lens.top_prob[cell] = lens.top[cell] == kNoToken ? kNone : prob(lens.top[cell]);
        for (std::size_t target = 0; target < targets.size(); ++target) {
          lens.prob[target * cells + cell] =
              lens.top[cell] == kNoToken ? kNone : prob(targets[target]);
        }
      });
    }
  }
  return lens;
}

LogitLens mean_logit_lens(const Gpt2& model, ThreadPool& pool, Index runs,
                          const std::function<const ActivationCache&(Index)>& run_of,
                          std::span<const TokenId> targets) {
  const Index cells = model.config().n_layer * run_of(0).n_positions();
  const auto row_bytes = static_cast<std::size_t>(model.config().vocab_size) * sizeof(float);
  const Index at_once = std::max(kRowsAtOnce, static_cast<Index>(kMeanLensBytes / row_bytes));
  LogitLens lens = empty_lens(cells, targets.size());
  for (Index first = 0; first < cells; first += at_once) {
    MeanPart part(model, pool, first, std::min(at_once, cells - first));
    for (Index run = 0; run < runs; ++run) {
      part.add(run_of(run));
    }
    part.read(targets, lens);
  }
  return lens;
}

}  // namespace patchboard
