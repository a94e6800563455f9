#include "core/lab/lab.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace patchboard {
namespace {

/// The first target's tokens but the last: what has to stand before what is read.
std::vector<TokenId> continuation_of(const std::vector<TokenId>& target) {
  return {target.begin(), target.end() - 1};
}

/// Puts what a part measured of one run where the experiment has its targets.
/// targets: which of the experiment's the part measured.
void put(const Measures& measures, const std::vector<std::size_t>& targets, std::size_t cell,
         MeasureTable& all) {
  for (const Measure measure : all_measures()) {
    if (!traits_of(measure).of_target) {
      all.of(measure)[cell] = measures.of(measure);
      continue;
    }
    for (std::size_t i = 0; i < targets.size(); ++i) {
      all.of(measure, targets[i])[cell] = measures.of(measure, i);
    }
  }
}

/// Of one sample where it is named, else the mean over all. logits_of: of a sample.
template <typename LogitsOf>
Answer mean_answer(Index samples, std::optional<Index> sample, const LogitsOf& logits_of) {
  if (sample) {
    return answer_of(logits_of(*sample));
  }
  AnswerSum sum;
  for (Index each = 0; each < samples; ++each) {
    sum.add(logits_of(each));
  }
  return sum.mean();
}

/// The mean over samples.
Measures corrupted_measures(const Measurer& measurer, const Runs& runs) {
  Measures mean = measurer.of(runs.corrupted_logits(0));
  for (Index sample = 1; sample < runs.samples(); ++sample) {
    mean.add(measurer.of(runs.corrupted_logits(sample)));
  }
  if (runs.samples() > 1) {
    mean.divide_by(static_cast<float>(runs.samples()));
  }
  return mean;
}

}  // namespace

Lab::Lab(const Gpt2& model, ThreadPool& pool, Experiment experiment, std::uint64_t allowed)
    : model_(model), pool_(pool), allowed_(allowed) {
  restart(std::move(experiment));
}

bool Lab::shares_runs_with(const Experiment& experiment) const {
  const Experiment& own = run_.experiment;
  return experiment.clean == own.clean && experiment.corrupted == own.corrupted &&
         experiment.corruption == own.corruption;
}

/// Runs keep what any experiment on them needed; so does the need of memory.
Experiment Lab::with_all_before(const Experiment& experiment) const {
  Experiment all = experiment;
  const auto add = [](auto& to, const auto& from) {
    for (const auto& each : from) {
      if (std::ranges::find(to, each) == to.end()) {
        to.push_back(each);
      }
    }
  };
  add(all.sites, so_far_.sites);
  add(all.directions, so_far_.directions);
  add(all.targets, so_far_.targets);
  all.by_position = std::max(all.by_position, so_far_.by_position);
  return all;
}

bool Lab::has_room_for(const Experiment& experiment) const {
  const Experiment all = with_all_before(experiment);
  return memory_need(model_.config(), all).least <= allowed_ &&
         plan_memory(model_.config(), all, allowed_).held_samples >= memory_.held_samples;
}

std::uint64_t Lab::kept_bytes() const {
  std::uint64_t bytes = 0;
  for (const auto& group : groups_) {
    for (const auto& sweep : group->known) {
      bytes += sweep->kept_bytes();
    }
  }
  return bytes;
}

/// Sweeps that are not wanted go first, the oldest before the others.
void Lab::forget_beyond(std::uint64_t bytes, const std::vector<SweepSettings>& wanted) noexcept {
  for (const bool also_wanted : {false, true}) {
    for (const auto& group : groups_) {
      for (const auto& sweep : group->known) {
        const bool is_wanted = std::ranges::find(wanted, sweep->plan().settings()) != wanted.end();
        if (kept_bytes() > bytes && is_wanted == also_wanted) {
          sweep->forget();
        }
      }
    }
  }
}

void Lab::restart(Experiment experiment) {
  Run run{.experiment = std::move(experiment)};
  run.sweeps = run.experiment.sweeps();
  for (const SweepSettings& sweep : run.sweeps) {
    run.regions.push_back(run.experiment.region_of(sweep.site));
  }
  Experiment so_far = with_all_before(run.experiment);
  const MemoryPlan memory = plan_memory(model_.config(), so_far, allowed_);
  forget_beyond(memory.ends, run.sweeps);
  group_of({}, run);
  for (std::size_t i = 0; i < run.experiment.targets.size(); ++i) {
    Group& group = group_of(continuation_of(run.experiment.targets[i]), run);
    auto part = std::ranges::find(run.parts, &group, &Part::group);
    if (part == run.parts.end()) {
      part = run.parts.insert(run.parts.end(), Part{.group = &group});
    }
    part->targets.push_back(i);
  }
  for (Part& part : run.parts) {
    prepare(part, run);
  }
  run.clean = collected(run, &Part::clean);
  run.corrupted = collected(run, &Part::corrupted);
  order_rows(run);
  run_ = std::move(run);
  so_far_ = std::move(so_far);
  memory_ = memory;
}

Lab::Group& Lab::group_of(const std::vector<TokenId>& continuation, Run& run) {
  const auto found = std::ranges::find_if(
      groups_, [&](const auto& group) { return group->continuation == continuation; });
  if (found != groups_.end()) {
    return **found;
  }
  const Experiment& experiment = run.experiment;
  const auto start = std::chrono::steady_clock::now();
  auto group = std::make_unique<Group>();
  group->continuation = continuation;
  const MemoryPlan memory = plan_memory(model_.config(), with_all_before(experiment), allowed_);
  group->runs = std::make_unique<Runs>(model_, pool_, experiment.clean, experiment.corrupted,
                                       continuation, experiment.corruption,
                                       kept_of(model_.config(), experiment), memory.held_samples);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  run.start_seconds += took.count();
  const Index runs = experiment.corruption.is_ablation() ? 1 : 1 + group->runs->samples();
  run.start_block_rows +=
      static_cast<double>(runs * model_.config().n_layer * group->runs->n_positions());
  return *groups_.emplace_back(std::move(group));
}

void Lab::prepare(Part& part, const Run& run) {
  std::vector<std::vector<TokenId>> targets;
  targets.reserve(part.targets.size());
  for (const std::size_t target : part.targets) {
    targets.push_back(run.experiment.targets[target]);
  }
  const Runs& runs = *part.group->runs;
  part.measurer = std::make_unique<Measurer>(std::move(targets), runs.clean_logits());
  part.clean = part.measurer->of(runs.clean_logits());
  part.corrupted = corrupted_measures(*part.measurer, runs);
  for (const SweepSettings& settings : run.sweeps) {
    part.sweeps.push_back(&sweep_of(*part.group, settings));
  }
}

Sweep& Lab::sweep_of(Group& group, const SweepSettings& settings) {
  const auto found = std::ranges::find_if(
      group.known, [&](const auto& sweep) { return sweep->plan().settings() == settings; });
  if (found != group.known.end()) {
    return **found;
  }
  return *group.known.emplace_back(std::make_unique<Sweep>(model_, pool_, *group.runs, settings));
}

/// From the parts' targets to the experiment's.
Measures Lab::collected(const Run& run, Measures Part::* which) {
  Measures all{.values = MeasureTable(run.experiment.targets.size(), 1)};
  for (const Part& part : run.parts) {
    put(part.*which, part.targets, 0, all.values);
  }
  all.finite =
      std::ranges::all_of(run.parts, [&](const Part& part) { return (part.*which).finite; });
  return all;
}

void Lab::order_rows(Run& run) const {
  for (std::size_t sweep = 0; sweep < run.sweeps.size(); ++sweep) {
    const SweepPlan& plan = run.parts.front().sweeps[sweep]->plan();
    const Index heads_a_layer = plan.rows() / model_.config().n_layer;
    for (Index layer = model_.config().n_layer - 1; layer >= 0; --layer) {
      for (Index head = 0; head < heads_a_layer; ++head) {
        const Index row = layer * heads_a_layer + head;
        if (!plan.columns_of(run.regions[sweep], row).empty()) {
          run.order.push_back({sweep, row});
        }
      }
    }
    run.block_rows += block_rows_of(run, static_cast<Index>(sweep));
  }
}

const SweepPlan& Lab::plan(Index sweep) const {
  return run_.parts.front().sweeps[static_cast<std::size_t>(sweep)]->plan();
}

Span Lab::layers(Index sweep) const {
  const std::optional<Region>& computed = region(sweep);
  return computed ? computed->layers : Span{.first = 0, .count = model_.config().n_layer};
}

Answer Lab::clean_answer() const { return answer_of(groups_.front()->runs->clean_logits().row(0)); }

Answer Lab::corrupted_answer(std::optional<Index> sample) const {
  const Runs& runs = *groups_.front()->runs;
  return mean_answer(runs.samples(), sample,
                     [&](Index each) { return Vector(runs.corrupted_logits(each).row(0)); });
}

double Lab::block_rows_of(const Run& run, Index sweep) {
  const auto at = static_cast<std::size_t>(sweep);
  double total = 0;
  for (const Part& part : run.parts) {
    total += part.sweeps[at]->block_rows(run.regions[at]);
  }
  return total;
}

std::uint64_t Lab::naive_block_rows() const {
  std::uint64_t total = 0;
  for (const Part& part : run_.parts) {
    for (std::size_t sweep = 0; sweep < part.sweeps.size(); ++sweep) {
      total += part.sweeps[sweep]->plan().naive_block_rows(run_.regions[sweep]) *
               static_cast<std::uint64_t>(part.group->runs->samples());
    }
  }
  return total;
}

/// Kept where there is room for it, else measured in passing.
std::vector<std::optional<Measures>> Lab::row_of(const Part& part, std::size_t sweep, Index row,
                                                 const Measures& base) {
  Sweep& own = *part.sweeps[sweep];
  const std::optional<Region>& region = run_.regions[sweep];
  if (kept_bytes() + own.row_bytes(row, region) <= memory_.ends) {
    run_.block_rows_done += own.compute(row, region);
    return own.measure(row, *part.measurer, base);
  }
  double block_rows = 0;
  auto measures = own.measure_passing(row, region, *part.measurer, base, block_rows);
  run_.block_rows_done += block_rows;
  return measures;
}

LabRow Lab::step() {
  const auto& [sweep, index] = run_.order[run_.next];
  const SweepPlan& plan = run_.parts.front().sweeps[sweep]->plan();
  const auto columns = static_cast<std::size_t>(plan.columns());
  LabRow row{.sweep = static_cast<Index>(sweep),
             .layer = plan.layer(index),
             .head = plan.head(index),
             .values = MeasureTable(run_.experiment.targets.size(), columns),
             .computed = std::vector<std::uint8_t>(columns, 0),
             .not_finite = std::vector<std::uint8_t>(columns, 0)};
  const bool denoising = run_.sweeps[sweep].direction == Direction::kDenoising;
  for (const Part& part : run_.parts) {
    const std::vector<std::optional<Measures>> measures =
        row_of(part, sweep, index, denoising ? part.corrupted : part.clean);
    for (std::size_t column = 0; column < columns; ++column) {
      if (const std::optional<Measures>& measured = measures[column]) {
        row.computed[column] = 1;
        if (!measured->finite) {
          row.not_finite[column] = 1;
        }
        put(*measured, part.targets, column, row.values);
      }
    }
  }
  // A cell is one thing: where a part of it could not be measured, none of it is shown.
  for (std::size_t column = 0; column < columns; ++column) {
    if (row.not_finite[column] != 0) {
      row.values.forget(column);
    }
  }
  ++run_.next;
  return row;
}

Runs& Lab::runs() { return *groups_.front()->runs; }

Vector Lab::cell_logits(Index sweep, Index row, Index column, Index sample) {
  Sweep& own = *run_.parts.front().sweeps[static_cast<std::size_t>(sweep)];
  return own.cell_logits(row, column, sample).row(0);
}

Answer Lab::cell_answer(Index sweep, Index row, Index column, std::optional<Index> sample) {
  return mean_answer(samples(), sample,
                     [&](Index each) { return cell_logits(sweep, row, column, each); });
}

}  // namespace patchboard
