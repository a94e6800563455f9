#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/patching/patch.h"
#include "core/patching/patch_batch.h"
#include "core/patching/runs.h"

namespace patchboard {

/// How much of a head is patched at a time.
enum class ByPosition {
  kTogether,  ///< all its positions: [layer, head]
  kEach,      ///< [layer, head, position]
  kPairs,     ///< of the pattern and the scores: [layer, head, query, key]
};

/// What a sweep patches.
struct SweepSettings {
  Site site = Site::kResidPost;
  Direction direction = Direction::kDenoising;
  ByPosition by_position = ByPosition::kTogether;  ///< of heads
  Index window = 1;                                ///< layers that are patched together
  Index span = 1;                                  ///< positions that are patched together

  bool operator==(const SweepSettings&) const = default;
};

/// What of a sweep is computed.
struct Region {
  Span layers;
  Span positions;
};

/// The heatmap of a sweep: what its rows and columns are, and which patch a cell is.
class SweepPlan {
 public:
  enum class Axes {
    kPosition,      ///< a row a layer, a column a position
    kHead,          ///< a row a layer, a column a head
    kHeadPosition,  ///< a row a head of a layer, a column a position
    kHeadQueryKey,  ///< a row a head of a layer, a column a query and a key: query · T + key
  };

  /// prompt_length: positions that can be patched, at most shape.n_positions.
  SweepPlan(Config config, const SweepSettings& settings, const PatchedShape& shape,
            Index prompt_length);

  [[nodiscard]] const SweepSettings& settings() const { return settings_; }
  [[nodiscard]] const PatchedShape& shape() const { return shape_; }
  /// Positions that can be patched.
  [[nodiscard]] Index prompt_length() const { return prompt_length_; }
  [[nodiscard]] Axes axes() const;
  [[nodiscard]] bool rows_are_heads() const { return axes() >= Axes::kHeadPosition; }
  [[nodiscard]] bool columns_are_positions() const {
    return axes() == Axes::kPosition || axes() == Axes::kHeadPosition;
  }
  [[nodiscard]] Index rows() const;
  [[nodiscard]] Index columns() const;
  /// The row of a layer or, where rows are heads, of one of its heads; head is -1 elsewhere.
  [[nodiscard]] Index row(Index layer, Index head) const;
  [[nodiscard]] Index layer(Index row) const;
  /// -1 unless rows are heads.
  [[nodiscard]] Index head(Index row) const;

  /// A row as people are told of it: the layers that its patches are in, "3" or "0–2", and where
  /// rows are heads, the head: "3.1".
  [[nodiscard]] std::string row_name(Index row) const;
  /// What a cell's patch is in: "layers 0–2, position 4", "layer 5, head 3".
  [[nodiscard]] std::string cell_name(Index row, Index column) const;

  [[nodiscard]] Patch patch(Index row, Index column) const;
  /// Whether there is such a cell: not of a key that the query does not see in the row's layer.
  [[nodiscard]] bool has(Index row, Index column) const;
  /// Of a pair's query in a row, the first key that it sees; its own is the last.
  [[nodiscard]] Index first_key(Index row, Index query) const;
  /// positions: of a pair, the query's.
  [[nodiscard]] bool in_region(const std::optional<Region>& region, Index row, Index column) const;
  /// The columns of a row that are in the region.
  [[nodiscard]] std::vector<Index> columns_of(const std::optional<Region>& region, Index row) const;

  [[nodiscard]] std::vector<Patch> patches(Index row, const std::vector<Index>& columns) const;
  /// Block-rows of these cells.
  [[nodiscard]] double block_rows(Index row, const std::vector<Index>& columns) const;
  /// Block-rows of the whole sweep.
  [[nodiscard]] double block_rows() const;
  /// Block-rows of the report's loop: a whole run for each cell of the region.
  [[nodiscard]] std::uint64_t naive_block_rows(const std::optional<Region>& region) const;

 private:
  Config config_;
  SweepSettings settings_;
  PatchedShape shape_;
  Index prompt_length_;
};

/// "position", "head", "head-position" or "head-query-key".
[[nodiscard]] std::string_view axes_name(SweepPlan::Axes axes);

}  // namespace patchboard
