#pragma once

#include <vector>

#include "core/math/matrix.h"
#include "core/model/attention.h"
#include "core/patching/patch.h"
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

/// Where a patched run first differs from its base: the positions that do when it enters a block.
struct Entry {
  Index block = 0;  ///< n_layer: behind the last one
  Span changed;

  /// Whether anything that is read can differ.
  [[nodiscard]] bool matters(const PatchedShape& shape) const;
};

[[nodiscard]] Entry entry_of(const Patch& patch, const PatchedShape& shape);

/// Patched runs of one site in the same layers that go through the model together.
struct PatchBatch {
  PatchedShape shape;
  Index entry = 0;  ///< the block that they enter changed
  std::vector<Patch> patches = {};
  std::vector<RowRange> changed = {};   ///< of each, in the matrix of the rows that enter changed
  std::vector<RowRange> suffixes = {};  ///< of each, from the first changed position to the end
  Index changed_rows = 0;
  Index rows = 0;  ///< of all suffixes

  [[nodiscard]] Index count() const { return static_cast<Index>(patches.size()); }
  void add(const Patch& patch, const Span& changed_positions);

  /// Which rows each patched run reads and writes in a block. first: the entry, where no more than
  /// the changed rows differ from the base run's. last: the last block, of which the answers'
  /// positions alone are read.
  [[nodiscard]] std::vector<Sequence> sequences(bool first, bool last) const;

  /// Block-rows that it takes. A block-row is one position going through one block; parts of one
  /// count by their multiply-adds: for d_mlp = 4 d_model q, k, v and c_proj are 1/12 each, the MLP
  /// is 8/12.
  [[nodiscard]] double block_rows(const Config& config) const;
};

/// Batches small enough to bound memory, without the patches that change nothing.
/// patches: of one site in the same layers. where: for each patch its batch and place there, or -1.
struct PatchPlace {
  Index batch = -1;
  Index row = -1;
};
[[nodiscard]] std::vector<PatchBatch> make_batches(const std::vector<Patch>& patches,
                                                   const PatchedShape& shape,
                                                   std::vector<PatchPlace>* where = nullptr);

}  // namespace patchboard
