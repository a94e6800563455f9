#include "core/experiment/lab.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>
#include <utility>

namespace patchboard {
namespace {

constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();
// Where all activations of a run are little, they are kept at once and nothing is run again.
constexpr Index kLittleFloats = Index{16} << 20;

using Values = std::vector<float> Measures::*;
constexpr std::array<std::pair<Values, std::vector<float> LabRow::*>, 4> kValues = {{
    {&Measures::prob, &LabRow::prob},
    {&Measures::log_prob, &LabRow::log_prob},
    {&Measures::logit, &LabRow::logit},
    {&Measures::rank, &LabRow::rank},
}};

/// The first target's tokens but the last: what has to stand before what is read.
std::vector<TokenId> continuation_of(const std::vector<TokenId>& target) {
  return {target.begin(), target.end() - 1};
}

/// The mean over samples.
Measures corrupted_measures(const Measurer& measurer, const Runs& runs) {
  Measures mean = measurer.of(runs.corrupted(0).logits());
  for (Index sample = 1; sample < runs.samples(); ++sample) {
    mean.add(measurer.of(runs.corrupted(sample).logits()));
  }
  if (runs.samples() > 1) {
    mean.divide_by(static_cast<float>(runs.samples()));
  }
  return mean;
}

}  // namespace

Lab::Lab(const Gpt2& model, ThreadPool& pool, Experiment experiment) : model_(model), pool_(pool) {
  restart(std::move(experiment));
}

bool Lab::shares_runs_with(const Experiment& experiment) const {
  return experiment.clean == experiment_.clean && experiment.corrupted == experiment_.corrupted &&
         experiment.corruption == experiment_.corruption;
}

void Lab::restart(Experiment experiment) {
  experiment_ = std::move(experiment);
  sweeps_ = experiment_.sweeps();
  start_seconds_ = 0;
  start_block_rows_ = 0;
  used_.clear();
  for (const auto& group : groups_) {
    group->targets.clear();
  }
  group_of({});
  for (std::size_t i = 0; i < experiment_.targets.size(); ++i) {
    Group& group = group_of(continuation_of(experiment_.targets[i]));
    group.targets.push_back(i);
    if (std::ranges::find(used_, &group) == used_.end()) {
      used_.push_back(&group);
    }
  }
  for (Group* group : used_) {
    prepare(*group);
  }
  collect(&Group::clean, clean_);
  collect(&Group::corrupted, corrupted_);
  order_rows();
}

Lab::Group& Lab::group_of(const std::vector<TokenId>& continuation) {
  const auto found = std::ranges::find_if(
      groups_, [&](const auto& group) { return group->continuation == continuation; });
  if (found != groups_.end()) {
    return **found;
  }
  const auto start = std::chrono::steady_clock::now();
  auto group = std::make_unique<Group>();
  group->continuation = continuation;
  group->runs = std::make_unique<Runs>(model_, pool_, experiment_.clean, experiment_.corrupted,
                                       continuation, experiment_.corruption, kept());
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  start_seconds_ += took.count();
  const Index runs = experiment_.corruption.is_ablation() ? 1 : 1 + group->runs->samples();
  start_block_rows_ +=
      static_cast<double>(runs * model_.config().n_layer * group->runs->n_positions());
  return *groups_.emplace_back(std::move(group));
}

void Lab::prepare(Group& group) {
  std::vector<std::vector<TokenId>> targets;
  targets.reserve(group.targets.size());
  for (const std::size_t target : group.targets) {
    targets.push_back(experiment_.targets[target]);
  }
  group.measurer = std::make_unique<Measurer>(std::move(targets), group.runs->clean().logits());
  group.clean = group.measurer->of(group.runs->clean().logits());
  group.corrupted = corrupted_measures(*group.measurer, *group.runs);
  group.sweeps.clear();
  for (const SweepSettings& settings : sweeps_) {
    group.sweeps.push_back(&sweep_of(group, settings));
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

/// From the groups' targets to the experiment's.
void Lab::collect(Measures Group::* part, Measures& all) const {
  for (const auto& [values, row_values] : kValues) {
    (all.*values).assign(experiment_.targets.size(), kUnknown);
    for (const Group* group : used_) {
      for (std::size_t i = 0; i < group->targets.size(); ++i) {
        (all.*values)[group->targets[i]] = (group->*part.*values)[i];
      }
    }
  }
  all.kl = (used_.front()->*part).kl;
}

void Lab::order_rows() {
  order_.clear();
  next_ = 0;
  block_rows_ = 0;
  block_rows_done_ = 0;
  for (std::size_t sweep = 0; sweep < sweeps_.size(); ++sweep) {
    const SweepPlan& plan = used_.front()->sweeps[sweep]->plan();
    const Index heads_a_layer = plan.rows() / model_.config().n_layer;
    for (Index layer = model_.config().n_layer - 1; layer >= 0; --layer) {
      for (Index head = 0; head < heads_a_layer; ++head) {
        const Index row = layer * heads_a_layer + head;
        if (!plan.columns_of(experiment_.region, row).empty()) {
          order_.push_back({sweep, row});
        }
      }
    }
    block_rows_ += block_rows(static_cast<Index>(sweep));
  }
}

/// All where a run is short; else what each run is needed for.
KeptOfRuns Lab::kept() const {
  const Config& config = model_.config();
  const auto T = static_cast<Index>(experiment_.clean.size());
  const Index floats = config.n_layer * T * (9 * config.d_model + config.n_head * T);
  if (floats <= kLittleFloats) {
    constexpr Kept kAll{.qkv = true,
                        .pattern = true,
                        .z = true,
                        .attn_out = true,
                        .resid_mid = true,
                        .mlp_out = true};
    return {.clean = kAll, .corrupted = kAll};
  }
  KeptOfRuns all;
  for (const SweepSettings& sweep : sweeps_) {
    const bool denoising = sweep.direction == Direction::kDenoising;
    Kept& base = denoising ? all.corrupted : all.clean;
    Kept& source = denoising ? all.clean : all.corrupted;
    base = base.with(kept_of_base(sweep.site));
    source = source.with(kept_of_source(sweep.site));
  }
  return all;
}

const SweepPlan& Lab::plan(Index sweep) const {
  return used_.front()->sweeps[static_cast<std::size_t>(sweep)]->plan();
}

Vector Lab::clean_logits() const { return groups_.front()->runs->clean().logits().row(0); }

Vector Lab::corrupted_logits() const {
  return std::as_const(*groups_.front()->runs).corrupted().logits().row(0);
}

double Lab::block_rows(Index sweep) const {
  double total = 0;
  for (const Group* group : used_) {
    total += group->sweeps[static_cast<std::size_t>(sweep)]->block_rows(experiment_.region);
  }
  return total;
}

std::uint64_t Lab::naive_block_rows() const {
  std::uint64_t total = 0;
  for (const Group* group : used_) {
    for (const Sweep* sweep : group->sweeps) {
      total +=
          sweep->plan().naive_block_rows() * static_cast<std::uint64_t>(group->runs->samples());
    }
  }
  return total;
}

LabRow Lab::step() {
  const auto& [sweep, index] = order_[next_++];
  const SweepPlan& plan = used_.front()->sweeps[sweep]->plan();
  const auto columns = static_cast<std::size_t>(plan.columns());
  LabRow row{
      .sweep = static_cast<Index>(sweep), .layer = plan.layer(index), .head = plan.head(index)};
  for (const auto& [values, row_values] : kValues) {
    (row.*row_values).assign(experiment_.targets.size() * columns, kUnknown);
  }
  row.kl.assign(columns, kUnknown);
  const bool denoising = sweeps_[sweep].direction == Direction::kDenoising;
  for (Group* group : used_) {
    block_rows_done_ += group->sweeps[sweep]->compute(index, experiment_.region);
    const auto measures = group->sweeps[sweep]->measure(
        index, *group->measurer, denoising ? group->corrupted : group->clean);
    for (std::size_t column = 0; column < columns; ++column) {
      const std::optional<Measures>& measured = measures[column];
      if (!measured) {
        continue;
      }
      row.kl[column] = measured->kl;
      for (const auto& [values, row_values] : kValues) {
        for (std::size_t i = 0; i < group->targets.size(); ++i) {
          (row.*row_values)[group->targets[i] * columns + column] = ((*measured).*values)[i];
        }
      }
    }
  }
  return row;
}

Runs& Lab::runs() { return *groups_.front()->runs; }

Vector Lab::cell_logits(Index sweep, Index row, Index column) {
  return used_.front()->sweeps[static_cast<std::size_t>(sweep)]->cell_logits(row, column).row(0);
}

}  // namespace patchboard
