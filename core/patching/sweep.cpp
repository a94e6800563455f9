#include "core/patching/sweep.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "core/patching/patched_runs.h"

namespace patchboard {
namespace {

std::size_t at(Index index) { return static_cast<std::size_t>(index); }

void append_rows(Matrix& rows, const Matrix& more) {
  const Index known = rows.rows();
  rows.conservativeResize(known + more.rows(), more.cols());
  rows.bottomRows(more.rows()) = more;
}

/// Of the runs of a row, one sample after the other.
class MeanOfSamples {
 public:
  void add(std::vector<Measures> sample) {
    ++samples_;
    if (samples_ == 1) {
      sums_ = std::move(sample);
      return;
    }
    for (std::size_t i = 0; i < sums_.size(); ++i) {
      sums_[i].add(sample[i]);
    }
  }
  [[nodiscard]] std::vector<Measures> taken() {
    if (samples_ > 1) {
      for (Measures& sum : sums_) {
        sum.divide_by(static_cast<float>(samples_));
      }
    }
    return std::move(sums_);
  }

 private:
  std::vector<Measures> sums_;
  Index samples_ = 0;
};

PatchedShape shape_of(const Gpt2& model, const Runs& runs) {
  return {.n_layer = model.config().n_layer,
          .n_positions = runs.n_positions(),
          .answers = runs.answers(),
          .first_difference = runs.first_difference()};
}

}  // namespace

Sweep::Sweep(const Gpt2& model, ThreadPool& pool, Runs& runs, const SweepSettings& settings)
    : model_(model),
      pool_(pool),
      runs_(runs),
      plan_(model.config(), settings, shape_of(model, runs), runs.prompt_length()),
      ends_(at(plan_.rows())) {
  for (RowEnds& ends : ends_) {
    ends.known.assign(at(plan_.columns()), false);
    ends.run.assign(at(plan_.columns()), -1);
    ends.normed.resize(at(runs.samples()));
  }
}

std::vector<Index> Sweep::missing(Index row, const std::optional<Region>& region) const {
  std::vector<Index> columns = plan_.columns_of(region, row);
  std::erase_if(columns, [&](Index column) { return ends_[at(row)].known[at(column)]; });
  return columns;
}

double Sweep::block_rows(const std::optional<Region>& region) const {
  double total = 0;
  for (Index row = 0; row < plan_.rows(); ++row) {
    total += plan_.block_rows(row, missing(row, region));
  }
  return total * static_cast<double>(runs_.samples());
}

double Sweep::compute(Index row, const std::optional<Region>& region) {
  const std::vector<Index> columns = missing(row, region);
  if (columns.empty()) {
    return 0;
  }
  std::vector<PatchPlace> places;
  const std::vector<PatchBatch> batches =
      make_batches(plan_.patches(row, columns), plan_.shape(), &places);
  const std::uint64_t bytes = row_bytes(row, region);
  const double block_rows = block_rows_of(batches);
  RowEnds ends = ends_[at(row)];
  for (Index sample = 0; sample < runs_.samples(); ++sample) {
    append_rows(ends.normed[at(sample)], final_rows(batches, sample));
  }
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const bool changes = places[i].batch >= 0;
    ends.known[at(columns[i])] = true;
    ends.run[at(columns[i])] = changes ? ends.count++ : -1;
  }
  static_assert(std::is_nothrow_move_assignable_v<RowEnds>);
  ends_[at(row)] = std::move(ends);  // whole or not at all
  kept_bytes_ += bytes;
  return block_rows;
}

/// After the final norm, of every patched run: [runs · answers, d_model].
Matrix Sweep::final_rows(const std::vector<PatchBatch>& batches, Index sample) const {
  const auto& [site, direction, by_position, window, span] = plan_.settings();
  const PatchedRuns patched(model_, pool_, runs_.base(direction, sample, kept_of_base(site)),
                            runs_.source(direction, sample, kept_of_source(site)));
  Matrix rows(0, model_.config().d_model);
  for (const PatchBatch& batch : batches) {
    append_rows(rows, model_.final_norm(pool_, patched.final_rows(batch)));
  }
  return rows;
}

double Sweep::block_rows_of(const std::vector<PatchBatch>& batches) const {
  double done = 0;
  for (const PatchBatch& batch : batches) {
    done += batch.block_rows(model_.config());
  }
  return done * static_cast<double>(runs_.samples());
}

std::vector<std::optional<Measures>> Sweep::measure_passing(Index row,
                                                            const std::optional<Region>& region,
                                                            const Measurer& measurer,
                                                            const Measures& base,
                                                            double& block_rows) {
  std::vector<std::optional<Measures>> measures = measure(row, measurer, base);
  const std::vector<Index> columns = missing(row, region);
  std::vector<PatchPlace> places;
  const std::vector<PatchBatch> batches =
      make_batches(plan_.patches(row, columns), plan_.shape(), &places);
  MeanOfSamples mean;
  for (Index sample = 0; sample < runs_.samples() && !batches.empty(); ++sample) {
    mean.add(measurer.of_runs(model_, pool_, final_rows(batches, sample)));
  }
  const std::vector<Measures> means = mean.taken();
  std::size_t run = 0;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    measures[at(columns[i])] = places[i].batch >= 0 ? means[run++] : base;
  }
  block_rows = block_rows_of(batches);
  return measures;
}

std::uint64_t Sweep::row_bytes(Index row, const std::optional<Region>& region) const {
  const auto runs = static_cast<std::uint64_t>(missing(row, region).size());
  const auto floats = static_cast<std::uint64_t>(plan_.shape().answers) *
                      static_cast<std::uint64_t>(model_.config().d_model) *
                      static_cast<std::uint64_t>(runs_.samples());
  return runs * floats * sizeof(float);
}

void Sweep::forget() noexcept {
  for (RowEnds& ends : ends_) {
    ends.known.assign(ends.known.size(), false);
    for (Matrix& normed : ends.normed) {
      normed.resize(0, 0);
    }
    ends.count = 0;
  }
  kept_bytes_ = 0;
}

std::vector<std::optional<Measures>> Sweep::measure(Index row, const Measurer& measurer,
                                                    const Measures& base) const {
  const RowEnds& ends = ends_[at(row)];
  std::vector<std::optional<Measures>> measures(at(plan_.columns()));
  MeanOfSamples mean;
  for (const Matrix& normed : ends.normed) {
    mean.add(measurer.of_runs(model_, pool_, normed));
  }
  const std::vector<Measures> means = mean.taken();
  for (std::size_t column = 0; column < measures.size(); ++column) {
    if (ends.known[column]) {
      const Index run = ends.run[column];
      measures[column] = run < 0 ? base : means[at(run)];
    }
  }
  return measures;
}

Matrix Sweep::cell_logits(Index row, Index column, Index sample) {
  const auto& [site, direction, by_position, window, span] = plan_.settings();
  const RowEnds& ends = ends_[at(row)];
  if (ends.known[at(column)] && ends.run[at(column)] >= 0) {
    const Index answers = plan_.shape().answers;
    return model_.unembed(
        pool_, ends.normed[at(sample)].middleRows(ends.run[at(column)] * answers, answers));
  }
  const std::vector<PatchBatch> one = make_batches({plan_.patch(row, column)}, plan_.shape());
  if (one.empty()) {
    return direction == Direction::kDenoising ? runs_.corrupted_logits(sample)
                                              : runs_.clean_logits();
  }
  const ActivationCache& base = runs_.base(direction, sample, kept_of_base(site));
  const ActivationCache& source = runs_.source(direction, sample, kept_of_source(site));
  const Matrix rows = PatchedRuns(model_, pool_, base, source).final_rows(one.front());
  return model_.unembed(pool_, model_.final_norm(pool_, rows));
}

}  // namespace patchboard
