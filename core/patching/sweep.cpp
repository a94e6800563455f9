#include "core/patching/sweep.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/math/gemm.h"
#include "core/math/softmax.h"

namespace patchboard {
namespace {

// Bounds the memory that the logits of a batch take, at 200 kB a row for GPT-2's vocabulary.
constexpr Index kUnembedRows = 64;

std::size_t at(Index index) { return static_cast<std::size_t>(index); }

/// The last row of every suffix.
Matrix last_rows(const Matrix& x, const PatchBatch& batch) {
  Matrix last(batch.patches(), x.cols());
  for (Index i = 0; i < last.rows(); ++i) {
    const RowRange& suffix = batch.suffixes[at(i)];
    last.row(i) = x.row(suffix.row_of(suffix.end() - 1));
  }
  return last;
}

}  // namespace

Sweep::Sweep(const Gpt2& model, ThreadPool& pool, SweepRequest request)
    : model_(model),
      pool_(pool),
      request_(std::move(request)),
      plan_(model.config(), request_.clean, request_.corrupted),
      clean_logits_(model.forward(pool, request_.clean, &clean_cache_)),
      ends_(at(model.config().n_layer)) {
  for (BlockActivations& block : clean_cache_) {
    block.qkv.resize(0, 0);  // only residuals are patched
  }
  corrupted_logits_ = model.forward(pool, request_.corrupted, &corrupted_cache_);
  restart(std::move(request_.targets));
}

void Sweep::restart(std::vector<TokenId> targets) {
  request_.targets = std::move(targets);
  target_unembedding_ = model_.unembedding_of(request_.targets);
  clean_values_ = target_values(clean_logits_);
  corrupted_values_ = target_values(corrupted_logits_);
  next_layer_ = plan_.n_layer() - 1;
  block_rows_done_ = 0;
  block_rows_ = 0;
  for (Index layer = 0; layer < plan_.n_layer(); ++layer) {
    block_rows_ += ends_[at(layer)].known() ? 0 : plan_.block_rows(layer);
  }
}

SweepRow Sweep::step() {
  const Index layer = next_layer_;
  PatchedEnds& ends = ends_[at(layer)];
  if (!ends.known()) {
    ends = compute(layer);
    block_rows_done_ += plan_.block_rows(layer);
  }
  const auto& [normed, log_sum_exp] = ends;
  Matrix logits(normed.rows(), target_unembedding_.cols());
  affine(pool_, PackedRows(pool_, normed), target_unembedding_, Vector(), logits);

  SweepRow row{.layer = layer, .prob = {}, .logit = {}};
  const Index unchanged = plan_.n_positions() - logits.rows();  // the corrupted run's own values
  for (Index target = 0; target < logits.cols(); ++target) {
    row.prob.insert(row.prob.end(), at(unchanged), corrupted_values_.prob[at(target)]);
    row.logit.insert(row.logit.end(), at(unchanged), corrupted_values_.logit[at(target)]);
    for (Index patch = 0; patch < logits.rows(); ++patch) {
      const float logit = logits(patch, target);
      row.prob.push_back(static_cast<float>(std::exp(logit - log_sum_exp[at(patch)])));
      row.logit.push_back(logit);
    }
  }
  --next_layer_;
  if (done()) {
    release_activations();
  }
  return row;
}

Sweep::PatchedEnds Sweep::compute(Index layer) const {
  PatchedEnds ends;
  for (const PatchBatch& batch : plan_.batches(layer)) {
    const Matrix normed = model_.final_norm(pool_, final_rows(layer, batch));
    const Index known = ends.normed.rows();
    ends.normed.conservativeResize(known + normed.rows(), normed.cols());
    ends.normed.bottomRows(normed.rows()) = normed;
    for (Index first = 0; first < normed.rows(); first += kUnembedRows) {
      const Index count = std::min(kUnembedRows, normed.rows() - first);
      const Matrix logits = model_.unembed(pool_, normed.middleRows(first, count));
      for (Index i = 0; i < count; ++i) {
        ends.log_sum_exp.push_back(log_sum_exp(row_values(logits, i)));
      }
    }
  }
  return ends;
}

/// resid_post of the last block at the last position of every patched run: [patches, d_model].
Matrix Sweep::final_rows(Index layer, const PatchBatch& batch) const {
  Matrix x = patched_rows(layer, batch);
  Matrix patched(batch.patches(), x.cols());
  for (Index i = 0; i < patched.rows(); ++i) {
    patched.row(i) = x.row(batch.suffixes[at(i)].row);
  }
  for (Index next = layer + 1; next < plan_.n_layer(); ++next) {
    const bool first = next == layer + 1;
    const bool last = next == plan_.n_layer() - 1;
    const std::vector<Sequence> sequences = batch.sequences(first, last);
    const Batch block{.sequences = sequences,
                      .queries = last && !first ? Queries::kWanted : Queries::kChanged,
                      .base = &corrupted_cache_[at(next)]};
    if (last) {
      Matrix wanted = last_rows(x, batch);
      model_.run_block(pool_, next, block, first ? patched : x, wanted);
      return wanted;
    }
    model_.run_block(pool_, next, block, first ? patched : x, x);
  }
  return last_rows(x, batch);
}

/// resid_post of `layer` in every patched run, from the patched position on.
Matrix Sweep::patched_rows(Index layer, const PatchBatch& batch) const {
  const Matrix& clean = clean_cache_[at(layer)].resid_post;
  const Matrix& corrupted = corrupted_cache_[at(layer)].resid_post;
  Matrix x(batch.rows, corrupted.cols());
  for (const RowRange& suffix : batch.suffixes) {
    x.middleRows(suffix.row, suffix.count) = corrupted.middleRows(suffix.position, suffix.count);
    x.row(suffix.row) = clean.row(suffix.position);
  }
  return x;
}

/// Once every heatmap row is known.
void Sweep::release_activations() {
  clean_cache_ = {};
  corrupted_cache_ = {};
}

TargetValues Sweep::target_values(const VectorView& logits) const {
  const double total = log_sum_exp(row_values(logits));
  TargetValues values;
  for (const TokenId target : request_.targets) {
    values.logit.push_back(logits[target]);
    values.prob.push_back(static_cast<float>(std::exp(logits[target] - total)));
  }
  return values;
}

}  // namespace patchboard
