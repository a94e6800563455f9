#include "core/patching/sweep.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/math/softmax.h"

namespace patchboard {
namespace {

// Bounds the memory that the logits of a batch take, at 200 kB a row for GPT-2's vocabulary.
constexpr Index kUnembedRows = 64;

std::size_t at(Index index) { return static_cast<std::size_t>(index); }

}  // namespace

Sweep::Sweep(const Gpt2& model, ThreadPool& pool, SweepRequest request)
    : model_(model),
      pool_(pool),
      request_(std::move(request)),
      plan_(model.config().n_layer, request_.clean, request_.corrupted),
      clean_logits_(model.forward(pool, request_.clean, &clean_cache_)),
      corrupted_logits_(model.forward(pool, request_.corrupted, &corrupted_cache_)),
      clean_values_(target_values(clean_logits_)),
      corrupted_values_(target_values(corrupted_logits_)),
      next_layer_(model.config().n_layer - 1) {}

SweepRow Sweep::step() {
  SweepRow row;
  row.layer = next_layer_--;
  // What no patch can change is the corrupted run's own value; batches overwrite the rest.
  for (std::size_t target = 0; target < request_.targets.size(); ++target) {
    row.prob.insert(row.prob.end(), at(plan_.n_positions()), corrupted_values_.prob[target]);
    row.logit.insert(row.logit.end(), at(plan_.n_positions()), corrupted_values_.logit[target]);
  }
  for (const PatchBatch& batch : plan_.batches(row.layer)) {
    run_batch(row.layer, batch, row);
  }
  block_rows_done_ += plan_.block_rows(row.layer);
  return row;
}

void Sweep::run_batch(Index layer, const PatchBatch& batch, SweepRow& row) const {
  Matrix x = patched_rows(layer, batch);
  for (Index next = layer + 1; next < plan_.n_layer(); ++next) {
    model_.run_block(pool_, next, batch.suffixes, &corrupted_cache_[at(next)], x);
  }
  const auto patches = static_cast<Index>(batch.suffixes.size());
  for (Index first = 0; first < patches; first += kUnembedRows) {
    const Index count = std::min(kUnembedRows, patches - first);
    Matrix last(count, x.cols());
    for (Index i = 0; i < count; ++i) {
      last.row(i) = x.row(batch.suffixes[at(first + i)].last_row());
    }
    const Matrix logits = model_.unembed(pool_, last);
    for (Index i = 0; i < count; ++i) {
      const TargetValues values = target_values(logits.row(i));
      for (std::size_t target = 0; target < values.prob.size(); ++target) {
        const std::size_t cell =
            target * at(plan_.n_positions()) + at(batch.positions[at(first + i)]);
        row.prob[cell] = values.prob[target];
        row.logit[cell] = values.logit[target];
      }
    }
  }
}

/// resid_post of `layer` in every patched run, from the patched position on.
Matrix Sweep::patched_rows(Index layer, const PatchBatch& batch) const {
  const Matrix& clean = clean_cache_[at(layer)].resid_post;
  const Matrix& corrupted = corrupted_cache_[at(layer)].resid_post;
  Matrix x(batch.rows, corrupted.cols());
  for (const Suffix& suffix : batch.suffixes) {
    x.middleRows(suffix.row, suffix.length) = corrupted.middleRows(suffix.position, suffix.length);
    x.row(suffix.row) = clean.row(suffix.position);
  }
  return x;
}

TargetValues Sweep::target_values(const VectorView& logits) const {
  const double total = log_sum_exp(logits);
  TargetValues values;
  for (const TokenId target : request_.targets) {
    values.logit.push_back(logits[target]);
    values.prob.push_back(static_cast<float>(std::exp(logits[target] - total)));
  }
  return values;
}

}  // namespace patchboard
