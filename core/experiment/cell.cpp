#include "core/experiment/cell.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/experiment/greedy.h"
#include "core/math/softmax.h"

namespace patchboard {
namespace {

std::vector<float> probabilities(const Vector& logits) {
  const double total = log_sum_exp(row_values(logits));
  std::vector<float> probs;
  for (const float logit : row_values(logits)) {
    probs.push_back(static_cast<float>(std::exp(static_cast<double>(logit) - total)));
  }
  return probs;
}

std::vector<ProbabilityChange> largest_changes(const Vector& before_logits,
                                               const Vector& after_logits, Index count) {
  const std::vector<float> before = probabilities(before_logits);
  const std::vector<float> after = probabilities(after_logits);
  std::vector<TokenId> order(before.size());
  std::iota(order.begin(), order.end(), TokenId{0});
  const auto change = [&](TokenId token) {
    return std::abs(after[static_cast<std::size_t>(token)] -
                    before[static_cast<std::size_t>(token)]);
  };
  const auto end = order.begin() + std::min<std::ptrdiff_t>(count, std::ssize(order));
  std::partial_sort(order.begin(), end, order.end(), [&](TokenId a, TokenId b) {
    return change(a) != change(b) ? change(a) > change(b) : a < b;
  });
  std::vector<ProbabilityChange> changes;
  for (auto token = order.begin(); token != end; ++token) {
    const auto index = static_cast<std::size_t>(*token);
    changes.push_back({.token = *token, .before = before[index], .after = after[index]});
  }
  return changes;
}

}  // namespace

CellDetails inspect_cell(const Gpt2& model, ThreadPool& pool, Lab& lab, Index sweep, Index row,
                         Index column, Index top, Index continuation) {
  const SweepPlan& plan = lab.plan(sweep);
  const auto& [site, direction, by_position, window, span] = plan.settings();
  const bool denoising = direction == Direction::kDenoising;
  const Vector logits = lab.cell_logits(sweep, row, column);
  CellDetails details;
  details.top = top_k(logits, top);
  details.changed =
      largest_changes(denoising ? lab.corrupted_logits() : lab.clean_logits(), logits, top);
  Runs& runs = lab.runs();
  const Matrix& clean = runs.clean().keeping({}).embedding;
  const Matrix& corrupted = runs.corrupted().keeping({}).embedding;
  details.clean = greedy(model, pool, clean, nullptr, continuation);
  details.corrupted = greedy(model, pool, corrupted, nullptr, continuation);
  const Patch patch = plan.patch(row, column);
  const Insertion insertion{.patch = patch,
                            .source = runs.source(direction, 0, kept_of_source(site))};
  details.patched = greedy(model, pool, denoising ? corrupted : clean, &insertion, continuation);
  return details;
}

}  // namespace patchboard
