#include "core/patching/plan.h"

#include <algorithm>

namespace patchboard {
namespace {

// Tall enough for the GEMM to run at its peak, and some tens of MB for the widest GPT-2.
constexpr Index kMaxBatchRows = 768;

double query_share(const Config& config) {
  const auto D = static_cast<double>(config.d_model);
  return D / (4 * D + 2 * static_cast<double>(config.d_mlp));
}

}  // namespace

std::vector<Sequence> PatchBatch::sequences(bool first, bool last) const {
  std::vector<Sequence> sequences;
  for (Index i = 0; i < patches(); ++i) {
    const RowRange& suffix = suffixes[static_cast<std::size_t>(i)];
    const RowRange patched{.row = i, .position = suffix.position, .count = 1};
    const RowRange end{.row = i, .position = suffix.end() - 1, .count = 1};
    const RowRange& changed = first ? patched : suffix;
    const RowRange& wanted = last ? end : suffix;
    sequences.push_back({.kv = changed, .q = first ? patched : wanted, .wanted = wanted});
  }
  return sequences;
}

SweepPlan::SweepPlan(const Config& config, std::span<const TokenId> clean,
                     std::span<const TokenId> corrupted)
    : n_layer_(config.n_layer),
      n_positions_(static_cast<Index>(corrupted.size())),
      first_difference_(std::ranges::mismatch(clean, corrupted).in2 - corrupted.begin()),
      query_share_(query_share(config)) {}

std::vector<PatchBatch> SweepPlan::batches(Index layer) const {
  const Index last = n_positions_ - 1;
  const Index first = layer == n_layer_ - 1 ? std::max(first_difference_, last) : first_difference_;
  std::vector<PatchBatch> batches;
  for (Index position = first; position <= last; ++position) {
    const Index length = n_positions_ - position;
    if (batches.empty() || batches.back().rows + length > kMaxBatchRows) {
      batches.emplace_back();
    }
    PatchBatch& batch = batches.back();
    batch.suffixes.push_back({.row = batch.rows, .position = position, .count = length});
    batch.rows += length;
  }
  return batches;
}

double SweepPlan::block_rows(Index layer) const {
  double total = 0;
  for (Index next = layer + 1; next < n_layer_; ++next) {
    const bool first = next == layer + 1;
    const bool last = next == n_layer_ - 1;
    for (const PatchBatch& batch : batches(layer)) {
      const auto rows = static_cast<double>(batch.rows);
      const auto patches = static_cast<double>(batch.patches());
      const double keys_and_values = first ? patches : rows;
      const double queries = first || last ? patches : rows;
      const double rest = last ? patches : rows;
      total += query_share_ * (2 * keys_and_values + queries) + (1 - 3 * query_share_) * rest;
    }
  }
  return total;
}

double SweepPlan::block_rows() const {
  double total = 0;
  for (Index layer = 0; layer < n_layer_; ++layer) {
    total += block_rows(layer);
  }
  return total;
}

std::uint64_t SweepPlan::naive_block_rows() const {
  const auto run = static_cast<std::uint64_t>(n_layer_) * static_cast<std::uint64_t>(n_positions_);
  return run * run;
}

}  // namespace patchboard
