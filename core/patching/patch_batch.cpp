#include "core/patching/patch_batch.h"

#include <algorithm>

namespace patchboard {
namespace {

// Tall enough for the GEMM to run at its peak, and some tens of MB for the widest GPT-2.
constexpr Index kMaxBatchRows = 768;

double query_share(const Config& config) {
  const auto D = static_cast<double>(config.d_model);
  return D / (4 * D + 2 * static_cast<double>(config.d_mlp));
}

/// What is left to compute of the patched block itself, of one row.
double rest_share(Site site, double query) {
  switch (traits_of(site).rest) {
    case Rest::kBlock:  // counted as the block that it enters
    case Rest::kNothing:
      return 0;
    case Rest::kMlp:
      return 1 - 4 * query;
    case Rest::kAttention:  // that of single heads, which is little
    case Rest::kProjection:
      return 1 - 3 * query;
  }
  return 0;
}

}  // namespace

bool Entry::matters(const PatchedShape& shape) const {
  const bool read = block < shape.n_layer || changed.end() > shape.n_positions - shape.answers;
  return changed.count > 0 && read;
}

Entry entry_of(const Patch& patch, const PatchedShape& shape) {
  const Index first = std::max(patch.positions.first, shape.first_difference);
  const Index patched_end = std::min(patch.positions.end(), shape.n_positions);
  const SiteTraits& site = traits_of(patch.site);
  const Index end = site.spreads && patched_end > first ? shape.n_positions : patched_end;
  return {.block = patch.layers.first + (site.rest == Rest::kBlock ? 0 : 1),
          .changed = {.first = first, .count = std::max<Index>(0, end - first)}};
}

void PatchBatch::add(const Patch& patch, const Span& changed_positions) {
  const auto& [position, count] = changed_positions;
  patches.push_back(patch);
  changed.push_back({.row = changed_rows, .position = position, .count = count});
  suffixes.push_back({.row = rows, .position = position, .count = shape.n_positions - position});
  changed_rows += count;
  rows += shape.n_positions - position;
}

std::vector<Sequence> PatchBatch::sequences(bool first, bool last) const {
  std::vector<Sequence> sequences;
  Index last_rows = 0;
  for (std::size_t i = 0; i < patches.size(); ++i) {
    const RowRange& suffix = suffixes[i];
    const Index answer = std::max(suffix.position, shape.n_positions - shape.answers);
    const RowRange end{.row = last_rows, .position = answer, .count = suffix.end() - answer};
    last_rows += end.count;
    const RowRange& own = first ? changed[i] : suffix;
    const RowRange& wanted = last ? end : suffix;
    sequences.push_back({.kv = own, .q = first ? own : wanted, .wanted = wanted});
  }
  return sequences;
}

double PatchBatch::block_rows(const Config& config) const {
  const double query = query_share(config);
  double total = rest_share(patches.front().site, query) * static_cast<double>(changed_rows);
  for (Index block = entry; block < shape.n_layer; ++block) {
    const bool first = block == entry;
    const bool last = block == shape.n_layer - 1;
    for (const Sequence& sequence : sequences(first, last)) {
      const auto keys = static_cast<double>(sequence.kv.count);
      const auto queries = static_cast<double>(sequence.q.count);
      const auto wanted = static_cast<double>(sequence.wanted.count);
      total += query * (2 * keys + queries) + (1 - 3 * query) * wanted;
    }
  }
  return total;
}

std::vector<PatchBatch> make_batches(const std::vector<Patch>& patches, const PatchedShape& shape,
                                     std::vector<PatchPlace>* where) {
  std::vector<PatchBatch> batches;
  for (const Patch& patch : patches) {
    const Entry entry = entry_of(patch, shape);
    const bool matters = entry.matters(shape);
    if (matters) {
      const Index length = shape.n_positions - entry.changed.first;
      if (batches.empty() || batches.back().rows + length > kMaxBatchRows) {
        batches.push_back({.shape = shape, .entry = entry.block});
      }
      batches.back().add(patch, entry.changed);
    }
    if (where != nullptr) {
      where->push_back(matters ? PatchPlace{.batch = static_cast<Index>(batches.size()) - 1,
                                            .row = batches.back().count() - 1}
                               : PatchPlace{});
    }
  }
  return batches;
}

}  // namespace patchboard
