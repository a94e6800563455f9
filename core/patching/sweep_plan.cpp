#include "core/patching/sweep_plan.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

namespace patchboard {
namespace {

/// "3", "0–2"
std::string range_name(const Span& span) {
  const std::string first = std::to_string(span.first);
  return span.count == 1 ? first : first + "–" + std::to_string(span.end() - 1);
}

/// "layer 3", "layers 0–2"
std::string range_name(const std::string& one, const Span& span) {
  return one + (span.count == 1 ? " " : "s ") + range_name(span);
}

}  // namespace

SweepPlan::SweepPlan(Config config, const SweepSettings& settings, const PatchedShape& shape,
                     Index prompt_length)
    : config_(std::move(config)),
      settings_(settings),
      shape_(shape),
      prompt_length_(prompt_length) {}

SweepPlan::Axes SweepPlan::axes() const {
  if (!is_head_site(settings_.site)) {
    return Axes::kPosition;
  }
  switch (settings_.by_position) {
    case ByPosition::kTogether:
      break;
    case ByPosition::kEach:
      return Axes::kHeadPosition;
    case ByPosition::kPairs:
      return Axes::kHeadQueryKey;
  }
  return Axes::kHead;
}

Index SweepPlan::rows() const {
  return rows_are_heads() ? config_.n_layer * config_.n_head : config_.n_layer;
}

Index SweepPlan::columns() const {
  switch (axes()) {
    case Axes::kPosition:
    case Axes::kHeadPosition:
      break;
    case Axes::kHead:
      return config_.n_head;
    case Axes::kHeadQueryKey:
      return prompt_length_ * prompt_length_;
  }
  return prompt_length_;
}

Index SweepPlan::row(Index layer, Index head) const {
  return rows_are_heads() ? layer * config_.n_head + head : layer;
}

Index SweepPlan::layer(Index row) const { return rows_are_heads() ? row / config_.n_head : row; }

Index SweepPlan::head(Index row) const { return rows_are_heads() ? row % config_.n_head : -1; }

std::string SweepPlan::row_name(Index row) const {
  const std::string name = range_name(patch(row, 0).layers);
  return rows_are_heads() ? name + "." + std::to_string(head(row)) : name;
}

std::string SweepPlan::cell_name(Index row, Index column) const {
  const Patch cell = patch(row, column);
  std::string name = range_name("layer", cell.layers);
  if (axes() != Axes::kPosition) {
    name += ", " + range_name("head", cell.heads);
  }
  if (axes() == Axes::kHead) {
    return name;
  }
  if (axes() == Axes::kHeadQueryKey) {
    return name + ", " + range_name("query", cell.positions) + ", " + range_name("key", cell.keys);
  }
  return name + ", " + range_name("position", cell.positions);
}

Patch SweepPlan::patch(Index row, Index column) const {
  const Index first = layer(row);
  Patch patch{
      .site = settings_.site,
      .layers = {.first = first, .count = std::min(settings_.window, config_.n_layer - first)}};
  if (rows_are_heads()) {
    patch.heads = {.first = head(row), .count = 1};
  }
  switch (axes()) {
    case Axes::kPosition:
    case Axes::kHeadPosition:
      patch.positions = {.first = column,
                         .count = std::min(settings_.span, prompt_length_ - column)};
      break;
    case Axes::kHead:
      patch.heads = {.first = column, .count = 1};
      patch.positions = {.first = 0, .count = prompt_length_};
      break;
    case Axes::kHeadQueryKey:
      patch.positions = {.first = column / prompt_length_, .count = 1};
      patch.keys = {.first = column % prompt_length_, .count = 1};
      break;
  }
  return patch;
}

Index SweepPlan::first_key(Index row, Index query) const {
  return config_.attention(layer(row)).first_key(query);
}

bool SweepPlan::has(Index row, Index column) const {
  if (axes() != Axes::kHeadQueryKey) {
    return true;
  }
  const Index query = column / prompt_length_;
  const Index key = column % prompt_length_;
  return key <= query && key >= first_key(row, query);
}

bool SweepPlan::in_region(const std::optional<Region>& region, Index row, Index column) const {
  if (!has(row, column)) {
    return false;
  }
  if (!region) {
    return true;
  }
  const bool all_positions = axes() == Axes::kHead;
  return region->layers.holds(layer(row)) &&
         (all_positions || region->positions.holds(patch(row, column).positions.first));
}

std::vector<Index> SweepPlan::columns_of(const std::optional<Region>& region, Index row) const {
  std::vector<Index> all(static_cast<std::size_t>(columns()));
  std::iota(all.begin(), all.end(), Index{0});
  std::erase_if(all, [&](Index column) { return !in_region(region, row, column); });
  return all;
}

std::vector<Patch> SweepPlan::patches(Index row, const std::vector<Index>& columns) const {
  std::vector<Patch> result;
  result.reserve(columns.size());
  for (const Index column : columns) {
    result.push_back(patch(row, column));
  }
  return result;
}

double SweepPlan::block_rows(Index row, const std::vector<Index>& columns) const {
  double total = 0;
  for (const PatchBatch& batch : make_batches(patches(row, columns), shape_)) {
    total += batch.block_rows(config_);
  }
  return total;
}

double SweepPlan::block_rows() const {
  double total = 0;
  for (Index row = 0; row < rows(); ++row) {
    total += block_rows(row, columns_of(std::nullopt, row));
  }
  return total;
}

std::uint64_t SweepPlan::naive_block_rows(const std::optional<Region>& region) const {
  std::uint64_t cells = 0;
  for (Index row = 0; row < rows(); ++row) {
    cells += columns_of(region, row).size();
  }
  return cells * static_cast<std::uint64_t>(shape_.n_layer * shape_.n_positions);
}

std::string_view axes_name(SweepPlan::Axes axes) {
  constexpr std::array<std::string_view, 4> kNames = {"position", "head", "head-position",
                                                      "head-query-key"};
  return kNames[static_cast<std::size_t>(axes)];
}

}  // namespace patchboard
