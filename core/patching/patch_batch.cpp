#include "core/patching/patch_batch.h"

#include <algorithm>
#include <utility>

namespace patchboard {
namespace {

// Tall enough for the GEMM to run at its peak, and some tens of MB for the widest GPT-2.
constexpr Index kMaxBatchRows = 768;

double query_share(const Config& config) {
  const auto D = static_cast<double>(config.d_model);
  return D / (4 * D + 2 * static_cast<double>(config.d_mlp));
}

/// What is left to compute of the patched block itself, of one row.
double rest_share(Site site, const Config& config) {
  const double query = query_share(config);
  switch (traits_of(site).rest) {
    case Rest::kBlock:  // counted as the block that it enters
    case Rest::kNothing:
      return 0;
    case Rest::kMlp:
      return 1 - 4 * query;
    case Rest::kMlpProjection:
      return (1 - 4 * query) / 2;
    case Rest::kAttention:  // that of single heads, which is little
    case Rest::kProjection:
      return 1 - 3 * query;
  }
  return 0;
}

bool go_together(const PatchBatch& batch, const std::vector<Edit>& edits, const Entry& entry) {
  if (batch.entry != entry.block || batch.resumed != entry.resumed) {
    return false;
  }
  const Edit& edit = edits.front();
  const Edit& other = batch.resumed_edit();
  return !entry.resumed || (edit.patch.site == other.patch.site &&
                            edit.patch.layers == other.patch.layers && edit.source == other.source);
}

}  // namespace

bool Entry::matters(const PatchedShape& shape) const {
  const bool read = block < shape.n_layer || changed.end() > shape.n_positions - shape.answers;
  return changed.count > 0 && read;
}

Entry entry_of(std::span<const Edit> edits, const PatchedShape& shape) {
  const auto first_of = [&](const Edit& edit) {
    const bool agrees = edit.how == How::kReplace;
    return std::max(edit.patch.positions.first, agrees ? shape.first_difference : 0);
  };
  const auto changed = [](Index first, Index end) {
    return Span{.first = first, .count = std::max<Index>(0, end - first)};
  };
  const Patch& patch = edits.front().patch;
  if (edits.size() == 1 && edits.front().how == How::kReplace) {
    const SiteTraits& site = traits_of(patch.site);
    const Index first = first_of(edits.front());
    const Index patched_end = std::min(patch.positions.end(), shape.n_positions);
    const Index end = site.spreads && patched_end > first ? shape.n_positions : patched_end;
    return {.block = patch.layers.first + (site.rest == Rest::kBlock ? 0 : 1),
            .changed = changed(first, end),
            .resumed = true};
  }
  Index block = patch.layers.first;
  Index first = shape.n_positions;
  for (const Edit& edit : edits) {
    block = std::min(block, edit.patch.layers.first);
    first = std::min(first, first_of(edit));
  }
  return {.block = block, .changed = changed(first, shape.n_positions)};
}

void PatchBatch::add(std::vector<Edit> edits, const Span& changed_positions) {
  const auto& [position, count] = changed_positions;
  runs.push_back(std::move(edits));
  changed.push_back({.row = changed_rows, .position = position, .count = count});
  suffixes.push_back({.row = rows, .position = position, .count = shape.n_positions - position});
  changed_rows += count;
  rows += shape.n_positions - position;
}

std::vector<Sequence> PatchBatch::sequences(bool first, bool last) const {
  std::vector<Sequence> sequences;
  Index last_rows = 0;
  for (std::size_t i = 0; i < runs.size(); ++i) {
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
  double total = 0;
  if (resumed) {
    total = rest_share(resumed_edit().patch.site, config) * static_cast<double>(changed_rows);
  }
  for (Index block = entry; block < shape.n_layer; ++block) {
    const bool first = enters_changed(block);
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

std::vector<PatchBatch> make_batches(std::vector<std::vector<Edit>> runs, const PatchedShape& shape,
                                     std::vector<PatchPlace>* where) {
  std::vector<PatchBatch> batches;
  for (std::vector<Edit>& edits : runs) {
    const Entry entry = entry_of(edits, shape);
    const bool matters = entry.matters(shape);
    if (matters) {
      const Index length = shape.n_positions - entry.changed.first;
      if (batches.empty() || batches.back().rows + length > kMaxBatchRows ||
          !go_together(batches.back(), edits, entry)) {
        batches.push_back({.shape = shape, .entry = entry.block, .resumed = entry.resumed});
      }
      batches.back().add(std::move(edits), entry.changed);
    }
    if (where != nullptr) {
      where->push_back(matters ? PatchPlace{.batch = static_cast<Index>(batches.size()) - 1,
                                            .row = batches.back().count() - 1}
                               : PatchPlace{});
    }
  }
  return batches;
}

std::vector<PatchBatch> make_batches(const std::vector<Patch>& patches, const PatchedShape& shape,
                                     std::vector<PatchPlace>* where) {
  std::vector<std::vector<Edit>> runs;
  runs.reserve(patches.size());
  for (const Patch& patch : patches) {
    runs.push_back({{.patch = patch}});
  }
  return make_batches(std::move(runs), shape, where);
}

}  // namespace patchboard
