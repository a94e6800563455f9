#include "core/patching/plan.h"

#include <algorithm>

namespace patchboard {
namespace {

// Tall enough for the GEMM to run at its peak, and some tens of MB for the widest GPT-2.
constexpr Index kMaxBatchRows = 1024;

}  // namespace

SweepPlan::SweepPlan(Index n_layer, std::span<const TokenId> clean,
                     std::span<const TokenId> corrupted)
    : n_layer_(n_layer),
      n_positions_(static_cast<Index>(corrupted.size())),
      first_difference_(std::ranges::mismatch(clean, corrupted).in2 - corrupted.begin()) {}

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
    batch.positions.push_back(position);
    batch.suffixes.push_back({.row = batch.rows, .position = position, .length = length});
    batch.rows += length;
  }
  return batches;
}

std::uint64_t SweepPlan::block_rows(Index layer) const {
  std::uint64_t rows = 0;
  for (const PatchBatch& batch : batches(layer)) {
    rows += static_cast<std::uint64_t>(batch.rows);
  }
  return rows * static_cast<std::uint64_t>(n_layer_ - 1 - layer);
}

std::uint64_t SweepPlan::block_rows() const {
  std::uint64_t rows = 0;
  for (Index layer = 0; layer < n_layer_; ++layer) {
    rows += block_rows(layer);
  }
  return rows;
}

std::uint64_t SweepPlan::naive_block_rows() const {
  const auto run = static_cast<std::uint64_t>(n_layer_) * static_cast<std::uint64_t>(n_positions_);
  return run * run;
}

}  // namespace patchboard
