#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/experiment/experiment.h"
#include "core/patching/measures.h"
#include "core/patching/runs.h"
#include "core/patching/sweep.h"

namespace patchboard {

/// One finished heatmap row; values are [target][column], flat, NaN outside the region.
struct LabRow {
  Index sweep = 0;
  Index layer = 0;
  Index head = -1;  ///< -1 unless a row is a head's
  std::vector<float> prob = {};
  std::vector<float> log_prob = {};
  std::vector<float> logit = {};
  std::vector<float> rank = {};
  std::vector<float> kl = {};  // [column]
};

/// An experiment being run: the sweeps of every site and direction, row by row, one sweep after the
/// other, the last layer (the cheapest) first.
///
/// Targets of one token are measured in the same runs; each continuation of several tokens needs
/// runs of its own, over the prompts with the continuation behind them.
class Lab {
 public:
  /// Runs the prompts. The experiment is checked: core/session. `model` and `pool` are to outlive
  /// it.
  Lab(const Gpt2& model, ThreadPool& pool, Experiment experiment);

  /// Whether `restart` can take the experiment: the prompts and their corruption are the same.
  [[nodiscard]] bool shares_runs_with(const Experiment& experiment) const;
  /// Starts again with other targets, sites, directions or another region; what is known of them is
  /// not computed again.
  void restart(Experiment experiment);

  [[nodiscard]] const Experiment& experiment() const { return experiment_; }
  [[nodiscard]] const std::vector<SweepSettings>& sweeps() const { return sweeps_; }
  [[nodiscard]] const SweepPlan& plan(Index sweep) const;
  [[nodiscard]] const Measures& clean() const { return clean_; }
  /// The mean over samples; of an ablation, the clean run's.
  [[nodiscard]] const Measures& corrupted() const { return corrupted_; }
  /// Of the prompts' last position, before any continuation: [vocab_size].
  [[nodiscard]] Vector clean_logits() const;
  [[nodiscard]] Vector corrupted_logits() const;

  [[nodiscard]] bool done() const { return next_ == order_.size(); }
  /// Block-rows to compute from the last start on: those that were not known.
  [[nodiscard]] double block_rows() const { return block_rows_; }
  [[nodiscard]] double block_rows(Index sweep) const;
  [[nodiscard]] double block_rows_done() const { return block_rows_done_; }
  [[nodiscard]] std::uint64_t naive_block_rows() const;
  /// What the unpatched runs of the last start took; 0 where they were known.
  [[nodiscard]] double start_seconds() const { return start_seconds_; }
  [[nodiscard]] double start_block_rows() const { return start_block_rows_; }

  /// The next heatmap row. Not to be called when done.
  [[nodiscard]] LabRow step();

  /// The runs over the prompts alone, without a continuation.
  [[nodiscard]] Runs& runs();
  /// The patched logits of a cell's last position: [vocab_size].
  [[nodiscard]] Vector cell_logits(Index sweep, Index row, Index column);

 private:
  /// Targets that are read from the same runs.
  struct Group {
    std::vector<TokenId> continuation;
    std::unique_ptr<Runs> runs;
    std::vector<std::unique_ptr<Sweep>> known;  // every sweep that was asked for so far
    std::vector<Sweep*> sweeps;                 // [sweep], of this experiment
    std::vector<std::size_t> targets;           // which of the experiment's
    std::unique_ptr<Measurer> measurer;
    Measures clean;
    Measures corrupted;
  };
  struct RowOfSweep {
    std::size_t sweep;
    Index row;
  };

  Group& group_of(const std::vector<TokenId>& continuation);
  void prepare(Group& group);
  [[nodiscard]] Sweep& sweep_of(Group& group, const SweepSettings& settings);
  void collect(Measures Group::* part, Measures& all) const;
  void order_rows();
  [[nodiscard]] KeptOfRuns kept() const;

  const Gpt2& model_;
  ThreadPool& pool_;
  Experiment experiment_;
  std::vector<SweepSettings> sweeps_;
  std::vector<std::unique_ptr<Group>> groups_;  // the first is that of single tokens
  std::vector<Group*> used_;
  std::vector<RowOfSweep> order_;
  std::size_t next_ = 0;
  Measures clean_;
  Measures corrupted_;
  double block_rows_ = 0;
  double block_rows_done_ = 0;
  double start_seconds_ = 0;
  double start_block_rows_ = 0;
};

}  // namespace patchboard
