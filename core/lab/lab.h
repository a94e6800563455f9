#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/document/experiment.h"
#include "core/lab/memory_need.h"
#include "core/model/answer.h"
#include "core/patching/measures.h"
#include "core/patching/runs.h"
#include "core/patching/sweep.h"

namespace patchboard {

/// One finished heatmap row, a cell a column.
///
/// A cell is exact, not finite or not computed; which, `computed` and `not_finite` say together.
/// Its values are NaN unless it is exact; of a target of several tokens, measures of one token
/// (`MeasureTraits::of_one_token`) are NaN even then. (What is estimated is never in a row:
/// core/lab/estimates.h.)
struct LabRow {
  Index sweep = 0;
  Index layer = 0;
  Index head = -1;  ///< -1 unless a row is a head's
  MeasureTable values = {};
  /// [column]: 0 outside the region.
  std::vector<std::uint8_t> computed = {};
  /// [column]: 1 where the cell was computed, but the logits of one of its patched runs (of any
  /// sample, of any target) are not finite, so that there is nothing to measure.
  std::vector<std::uint8_t> not_finite = {};
};

/// An experiment being run: the sweeps of every site and direction, row by row, one sweep after the
/// other, the last layer (the cheapest) first.
///
/// Targets of one token are measured in the same runs; each continuation of several tokens needs
/// runs of its own, over the prompts with the continuation behind them.
class Lab {
 public:
  /// Runs the prompts. The experiment is checked: core/session. `model` and `pool` are to outlive
  /// it. allowed: bytes that it keeps to, see core/lab/memory_need.h; it computes again what
  /// it has no room to hold, with the same bits.
  Lab(const Gpt2& model, ThreadPool& pool, Experiment experiment,
      std::uint64_t allowed = kNoMemoryLimit);

  /// Whether `restart` can take the experiment: the prompts and their corruption are the same.
  [[nodiscard]] bool shares_runs_with(const Experiment& experiment) const;
  /// Whether there is room for it beside the runs that are held.
  [[nodiscard]] bool has_room_for(const Experiment& experiment) const;
  /// Starts again with other targets, sites, directions or another region; what is known of them is
  /// not computed again. Where it throws (std::bad_alloc), the experiment before goes on.
  void restart(Experiment experiment);

  [[nodiscard]] const Experiment& experiment() const { return run_.experiment; }
  [[nodiscard]] const std::vector<SweepSettings>& sweeps() const { return run_.sweeps; }
  [[nodiscard]] const SweepPlan& plan(Index sweep) const;
  /// What of a sweep is computed.
  [[nodiscard]] const std::optional<Region>& region(Index sweep) const {
    return run_.regions[static_cast<std::size_t>(sweep)];
  }
  /// The layers of its rows.
  [[nodiscard]] Span layers(Index sweep) const;
  [[nodiscard]] const Measures& clean() const { return run_.clean; }
  /// The mean over samples; of an ablation, the clean run's.
  [[nodiscard]] const Measures& corrupted() const { return run_.corrupted; }
  /// What comes after the prompts, before any continuation. sample: of noise, the only one; without
  /// it, the mean over all.
  [[nodiscard]] Answer clean_answer() const;
  [[nodiscard]] Answer corrupted_answer(std::optional<Index> sample = std::nullopt) const;
  [[nodiscard]] Index samples() const { return groups_.front()->runs->samples(); }

  [[nodiscard]] bool done() const { return run_.next == run_.order.size(); }
  /// Block-rows to compute from the last start on: those that were not known.
  [[nodiscard]] double block_rows() const { return run_.block_rows; }
  [[nodiscard]] double block_rows(Index sweep) const { return block_rows_of(run_, sweep); }
  [[nodiscard]] double block_rows_done() const { return run_.block_rows_done; }
  /// Of a whole run for each cell.
  [[nodiscard]] std::uint64_t naive_block_rows() const;
  /// What the unpatched runs of the last start took; 0 where they were known.
  [[nodiscard]] double start_seconds() const { return run_.start_seconds; }
  [[nodiscard]] double start_block_rows() const { return run_.start_block_rows; }

  /// The next heatmap row. Not to be called when done. Where it throws (std::bad_alloc), the row is
  /// still the next.
  [[nodiscard]] LabRow step();

  /// Of finished rows, what other targets can be told from.
  [[nodiscard]] std::uint64_t kept_bytes() const;
  /// The runs over the prompts alone, without a continuation.
  [[nodiscard]] Runs& runs();
  /// The patched logits of a cell after the prompt, in one sample: [vocab_size].
  [[nodiscard]] Vector cell_logits(Index sweep, Index row, Index column, Index sample = 0);
  /// The same as an answer: the mean over all samples, or of one.
  [[nodiscard]] Answer cell_answer(Index sweep, Index row, Index column,
                                   std::optional<Index> sample = std::nullopt);

 private:
  /// The runs behind one continuation, and every sweep between them that was asked for so far.
  struct Group {
    std::vector<TokenId> continuation;
    std::unique_ptr<Runs> runs;
    std::vector<std::unique_ptr<Sweep>> known;
  };
  /// A group's part in an experiment: the targets that are read from its runs.
  struct Part {
    Group* group = nullptr;
    std::vector<std::size_t> targets = {};  // which of the experiment's
    std::unique_ptr<Measurer> measurer = nullptr;
    std::vector<Sweep*> sweeps = {};  // [sweep]
    Measures clean = {};
    Measures corrupted = {};
  };
  struct RowOfSweep {
    std::size_t sweep;
    Index row;
  };
  /// One experiment under way; made whole, then put in place.
  struct Run {
    Experiment experiment = {};
    std::vector<SweepSettings> sweeps = {};
    std::vector<std::optional<Region>> regions = {};  // [sweep]
    std::vector<Part> parts = {};
    std::vector<RowOfSweep> order = {};
    std::size_t next = 0;
    Measures clean = {};
    Measures corrupted = {};
    double block_rows = 0;
    double block_rows_done = 0;
    double start_seconds = 0;
    double start_block_rows = 0;
  };

  Group& group_of(const std::vector<TokenId>& continuation, Run& run);
  void prepare(Part& part, const Run& run);
  [[nodiscard]] Sweep& sweep_of(Group& group, const SweepSettings& settings);
  [[nodiscard]] static Measures collected(const Run& run, Measures Part::* which);
  void order_rows(Run& run) const;
  [[nodiscard]] static double block_rows_of(const Run& run, Index sweep);
  [[nodiscard]] std::vector<std::optional<Measures>> row_of(const Part& part, std::size_t sweep,
                                                            Index row, const Measures& base);
  [[nodiscard]] Experiment with_all_before(const Experiment& experiment) const;
  void forget_beyond(std::uint64_t bytes, const std::vector<SweepSettings>& wanted) noexcept;

  const Gpt2& model_;
  ThreadPool& pool_;
  std::uint64_t allowed_;
  // Of all experiments on these runs the sites, directions and targets; none yet.
  Experiment so_far_{.clean = {}, .corrupted = {}, .targets = {}, .sites = {}, .directions = {}};
  MemoryPlan memory_;                           // of them
  std::vector<std::unique_ptr<Group>> groups_;  // the first is that of single tokens
  Run run_;
};

}  // namespace patchboard
