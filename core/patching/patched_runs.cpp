#include "core/patching/patched_runs.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/patching/head_patches.h"

namespace patchboard {
namespace {

/// Rows of a whole run, a range's after the other's.
Matrix gathered(const Matrix& run, const std::vector<RowRange>& ranges, Index rows) {
  Matrix x(rows, run.cols());
  for (const RowRange& range : ranges) {
    x.middleRows(range.row, range.count) = run.middleRows(range.position, range.count);
  }
  return x;
}

std::vector<RowRange> wanted_of(const std::vector<Sequence>& sequences) {
  std::vector<RowRange> wanted;
  wanted.reserve(sequences.size());
  for (const Sequence& sequence : sequences) {
    wanted.push_back(sequence.wanted);
  }
  return wanted;
}

}  // namespace

/// Puts the source's values in again in the later layers of a window.
class PatchedRuns::Window : public BlockVisitor {
 public:
  /// ranges: the rows of x that each patched run has in this block.
  Window(const PatchedRuns& runs, const PatchBatch& batch, Index layer,
         const std::vector<RowRange>& ranges)
      : source_(runs.source_), layer_(layer), site_(batch.patches.front().site) {
    const Span& layers = batch.patches.front().layers;
    if (layer == layers.first || !layers.holds(layer)) {
      return;
    }
    for (std::size_t i = 0; i < ranges.size(); ++i) {
      const Span& positions = batch.patches[i].positions;
      const Index end = std::min(positions.end(), batch.shape.n_positions);
      for (Index at = positions.first; at < end; ++at) {
        if (ranges[i].holds(at)) {
          rows_.emplace_back(ranges[i].row_of(at), at);
        }
      }
    }
  }

  [[nodiscard]] bool wants(Site site) const override { return site == site_ && !rows_.empty(); }

  void visit(Site site, MatrixSpan values) override {
    const Matrix& source = values_of(source_, site, layer_);
    for (const auto& [row, position] : rows_) {
      values.row(row) = source.row(position);
    }
  }

  void enter(Matrix& resid_pre) {
    if (wants(Site::kResidPre)) {
      visit(Site::kResidPre, resid_pre);
    }
  }

 private:
  const ActivationCache& source_;
  Index layer_;
  Site site_;
  std::vector<std::pair<Index, Index>> rows_;  // of x, and their positions
};

Matrix PatchedRuns::final_rows(const PatchBatch& batch) const {
  const Index L = batch.shape.n_layer;
  const Matrix changed = entering_rows(batch);
  if (batch.entry == L) {
    return all_answers(batch, batch.changed, changed);
  }
  Matrix x = gathered(base_.resid_pre(batch.entry), batch.suffixes, batch.rows);
  for (std::size_t i = 0; i < batch.changed.size(); ++i) {
    x.middleRows(batch.suffixes[i].row, batch.changed[i].count) =
        changed.middleRows(batch.changed[i].row, batch.changed[i].count);
  }
  for (Index layer = batch.entry; layer < L - 1; ++layer) {
    const bool first = layer == batch.entry;
    Window(*this, batch, layer, batch.suffixes).enter(x);
    run_block(batch, layer, batch.sequences(first, false), first ? changed : x, x);
  }
  Window(*this, batch, L - 1, batch.suffixes).enter(x);
  const bool first = batch.entry == L - 1;
  const std::vector<Sequence> sequences = batch.sequences(first, true);
  const std::vector<RowRange> wanted = wanted_of(sequences);
  Matrix answers(wanted.back().row + wanted.back().count, x.cols());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    answers.middleRows(wanted[i].row, wanted[i].count) =
        x.middleRows(batch.suffixes[i].row_of(wanted[i].position), wanted[i].count);
  }
  run_block(batch, L - 1, sequences, first ? changed : x, answers);
  return all_answers(batch, wanted, answers);
}

/// own: resid_pre of the rows with keys and values of their own. x: that of the wanted rows on
/// entry, their resid_post on return.
void PatchedRuns::run_block(const PatchBatch& batch, Index layer,
                            const std::vector<Sequence>& sequences, const Matrix& own,
                            Matrix& x) const {
  const bool all_wanted = layer < batch.shape.n_layer - 1 || layer == batch.entry;
  Window window(*this, batch, layer, wanted_of(sequences));
  model_.run_block(pool_, layer,
                   {.sequences = sequences,
                    .queries = all_wanted ? Queries::kChanged : Queries::kWanted,
                    .base = &base_.at(layer),
                    .visitor = &window},
                   own, x);
}

/// The residual stream of the changed rows as it enters block `entry`: [changed_rows, d_model].
Matrix PatchedRuns::entering_rows(const PatchBatch& batch) const {
  const Site site = batch.patches.front().site;
  const Index layer = batch.patches.front().layers.first;
  const auto of = [&](const Matrix& run) {
    return gathered(run, batch.changed, batch.changed_rows);
  };
  Matrix values = is_head_site(site) ? patched_z(model_.config(), pool_, base_, source_, batch)
                                     : of(values_of(source_, site, layer));
  if (site == Site::kResidPre) {
    return values;
  }
  Matrix x = of(site == Site::kMlpOut ? base_.at(layer).resid_mid : base_.resid_pre(layer));
  model_.finish_block(pool_, layer, is_head_site(site) ? Site::kZ : site, values, x);
  return x;
}

/// The answers' rows of every patched run; those left of its changed rows are the base run's.
Matrix PatchedRuns::all_answers(const PatchBatch& batch, const std::vector<RowRange>& ranges,
                                const Matrix& x) const {
  const auto& [L, T, answers, first_difference] = batch.shape;
  Matrix rows(batch.count() * answers, x.cols());
  for (Index i = 0; i < batch.count(); ++i) {
    const RowRange& range = ranges[static_cast<std::size_t>(i)];
    for (Index answer = 0; answer < answers; ++answer) {
      const Index position = T - answers + answer;
      rows.row(i * answers + answer) = range.holds(position)
                                           ? x.row(range.row_of(position))
                                           : base_.at(L - 1).resid_post.row(position);
    }
  }
  return rows;
}

}  // namespace patchboard
