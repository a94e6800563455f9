#pragma once

#include <span>
#include <vector>

#include "core/math/matrix.h"
#include "core/model/attention.h"
#include "core/patching/edit.h"
#include "core/weights/config.h"

namespace patchboard {

/// The lengths that decide what a patch can change.
struct PatchedShape {
  Index n_layer = 0;
  Index n_positions = 0;  ///< of the runs, a continuation included
  Index answers = 1;      ///< last positions of which the logits are read
  /// Left of it the two runs agree, so that a patch there puts in what is there already.
  Index first_difference = 0;
};

/// Where an edited run first differs from its base: the positions that do when it enters a block.
struct Entry {
  Index block = 0;  ///< n_layer: behind the last one
  Span changed;
  /// Whether it goes on from what is put in at a site, and so enters the block changed; else it
  /// enters the block as its base does, and is edited in it.
  bool resumed = false;

  /// Whether anything that is read can differ.
  [[nodiscard]] bool matters(const PatchedShape& shape) const;
};

/// Of a single replacement, behind the site; of other lists, at the first block with an edit.
[[nodiscard]] Entry entry_of(std::span<const Edit> edits, const PatchedShape& shape);

/// Edited runs that go through the model together; those that are resumed, of one site in the same
/// layers.
struct PatchBatch {
  PatchedShape shape;
  Index entry = 0;  ///< the block that they enter
  bool resumed = false;
  std::vector<std::vector<Edit>> runs = {};
  std::vector<RowRange> changed = {};   ///< of each, in the matrix of the rows that enter changed
  std::vector<RowRange> suffixes = {};  ///< of each, from the first changed position to the end
  Index changed_rows = 0;
  Index rows = 0;  ///< of all suffixes

  [[nodiscard]] Index count() const { return static_cast<Index>(runs.size()); }
  void add(std::vector<Edit> edits, const Span& changed_positions);
  /// What the runs that are resumed have in common: site, layers and source.
  [[nodiscard]] const Edit& resumed_edit() const { return runs.front().front(); }
  /// Whether a block is the one that they enter changed.
  [[nodiscard]] bool enters_changed(Index block) const { return resumed && block == entry; }

  /// Which rows each patched run reads and writes in a block. first: the entry, where no more than
  /// the changed rows differ from the base run's. last: the last block, of which the answers'
  /// positions alone are read.
  [[nodiscard]] std::vector<Sequence> sequences(bool first, bool last) const;

  /// Block-rows that it takes. A block-row is one position going through one block; parts of one
  /// count by their multiply-adds: for d_mlp = 4 d_model q, k, v and c_proj are 1/12 each, the MLP
  /// is 8/12.
  [[nodiscard]] double block_rows(const Config& config) const;
};

/// Of a run its batch and its place there, or -1.
struct PatchPlace {
  Index batch = -1;
  Index row = -1;
};

/// Batches small enough to bound memory, without the runs in which nothing changes.
[[nodiscard]] std::vector<PatchBatch> make_batches(std::vector<std::vector<Edit>> runs,
                                                   const PatchedShape& shape,
                                                   std::vector<PatchPlace>* where = nullptr);

/// Of runs with one patch each, whose values come from the source that PatchedRuns is given.
[[nodiscard]] std::vector<PatchBatch> make_batches(const std::vector<Patch>& patches,
                                                   const PatchedShape& shape,
                                                   std::vector<PatchPlace>* where = nullptr);

}  // namespace patchboard
