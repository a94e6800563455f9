#include "core/patching/patched_runs.h"

#include <algorithm>
#include <span>
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

/// Changes the rows of a batch where they pass the sites of its edits.
class PatchedRuns::Editor : public BlockVisitor {
 public:
  /// sequences: the rows that each run has in this block.
  Editor(const PatchedRuns& runs, const PatchBatch& batch, Index layer,
         const std::vector<Sequence>& sequences)
      : config_(runs.model_.config()), layer_(layer), sequences_(sequences) {
    for (const std::vector<Edit>& run : batch.runs) {
      std::vector<Edit>& own = edits_.emplace_back();
      for (Edit edit : run) {
        // What a resumed run enters with is behind the first layer of its edit.
        const bool is_done = batch.resumed && layer == edit.patch.layers.first;
        if (edit.patch.layers.holds(layer) && !is_done) {
          edit.source = edit.source == nullptr ? &runs.source_ : edit.source;
          own.push_back(edit);
        }
      }
    }
  }

  [[nodiscard]] bool wants(Site site) const override {
    return std::ranges::any_of(edits_, [&](const std::vector<Edit>& run) {
      return std::ranges::any_of(run, [&](const Edit& edit) { return edit.meets(site, layer_); });
    });
  }

  void visit(Site site, MatrixSpan values) override {
    for (std::size_t run = 0; run < edits_.size(); ++run) {
      edit_rows(edits_[run], site, layer_, config_.d_head(), range_of(site, sequences_[run]),
                values);
    }
  }

  void visit_attention(const AttentionInput& input, Matrix& z) override {
    for (std::size_t run = 0; run < edits_.size(); ++run) {
      edit_attention(edits_[run], config_, layer_, input, sequences_[run], z);
    }
  }

  void enter(Matrix& resid_pre) {
    if (wants(Site::kResidPre)) {
      visit(Site::kResidPre, resid_pre);
    }
  }

 private:
  static const RowRange& range_of(Site site, const Sequence& sequence) {
    const bool of_keys = site == Site::kK || site == Site::kV;
    return of_keys ? sequence.kv : site == Site::kQ ? sequence.q : sequence.wanted;
  }

  const Config& config_;
  Index layer_;
  const std::vector<Sequence>& sequences_;
  std::vector<std::vector<Edit>> edits_;  // [run], of this layer
};

Matrix PatchedRuns::final_rows(const PatchBatch& batch) const {
  const Index L = batch.shape.n_layer;
  const Matrix changed = batch.resumed ? entering_rows(batch) : Matrix();
  if (batch.entry == L) {
    return all_answers(batch, batch.changed, changed);
  }
  Matrix x = gathered(base_.resid_pre(batch.entry), batch.suffixes, batch.rows);
  for (std::size_t i = 0; batch.resumed && i < batch.changed.size(); ++i) {
    x.middleRows(batch.suffixes[i].row, batch.changed[i].count) =
        changed.middleRows(batch.changed[i].row, batch.changed[i].count);
  }
  const std::vector<Sequence> everything = batch.sequences(false, false);
  for (Index layer = batch.entry; layer < L - 1; ++layer) {
    const bool first = batch.enters_changed(layer);
    Editor(*this, batch, layer, everything).enter(x);
    run_block(batch, layer, batch.sequences(first, false), first ? changed : x, x);
  }
  Editor(*this, batch, L - 1, everything).enter(x);
  const bool first = batch.enters_changed(L - 1);
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
  const bool all_wanted = layer < batch.shape.n_layer - 1 || batch.enters_changed(layer);
  Editor editor(*this, batch, layer, sequences);
  model_.run_block(pool_, layer,
                   {.sequences = sequences,
                    .queries = all_wanted ? Queries::kChanged : Queries::kWanted,
                    .base = &base_.at(layer),
                    .visitor = &editor},
                   own, x);
}

/// The residual stream of the changed rows as it enters block `entry`: [changed_rows, d_model].
Matrix PatchedRuns::entering_rows(const PatchBatch& batch) const {
  const Edit& edit = batch.resumed_edit();
  const Site site = edit.patch.site;
  const Index layer = edit.patch.layers.first;
  const ActivationCache& source = edit.source == nullptr ? source_ : *edit.source;
  const auto of = [&](const Matrix& run) {
    return gathered(run, batch.changed, batch.changed_rows);
  };
  Matrix values = is_head_site(site) ? patched_z(model_.config(), pool_, base_, source, batch)
                                     : of(values_of(source, site, layer));
  if (site == Site::kResidPre) {
    return values;
  }
  const bool to_mid = traits_of(site).added_to == AddedTo::kResidMid;
  Matrix x = of(to_mid ? base_.at(layer).resid_mid : base_.resid_pre(layer));
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
