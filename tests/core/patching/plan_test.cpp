#include "core/patching/plan.h"

#include <gtest/gtest.h>

namespace patchboard {
namespace {

/// Two prompts of T tokens that first differ at `difference`.
SweepPlan plan_of(Index L, Index T, Index difference) {
  std::vector<TokenId> clean(static_cast<std::size_t>(T), 1);
  std::vector<TokenId> corrupted = clean;
  corrupted[static_cast<std::size_t>(difference)] = 2;
  return {L, clean, corrupted};
}

TEST(SweepPlan, CountsTheReportsLoopAsOneRunAPatch) {
  // The design's figure for GPT-2 medium's shape and the mathematical comparison.
  EXPECT_EQ(plan_of(24, 39, 5).naive_block_rows(), 876'096U);
}

TEST(SweepPlan, NeedsTheRowsFromEachPatchToTheEndInEachLayerAbove) {
  // 276 pairs of a patched layer and a block above it, Σ (39 - p) = 595 rows from p = 5 on.
  EXPECT_EQ(plan_of(24, 39, 5).block_rows(), 276U * 595U);
}

TEST(SweepPlan, SkipsPositionsBeforeTheFirstDifference) {
  const SweepPlan plan = plan_of(3, 6, 4);
  EXPECT_EQ(plan.first_difference(), 4);
  const std::vector<PatchBatch> batches = plan.batches(0);
  ASSERT_EQ(batches.size(), 1U);
  EXPECT_EQ(batches[0].positions, (std::vector<Index>{4, 5}));
  EXPECT_EQ(batches[0].rows, 3);
}

TEST(SweepPlan, PatchesTheLastLayerAtTheLastPositionOnly) {
  const std::vector<PatchBatch> batches = plan_of(3, 6, 1).batches(2);
  ASSERT_EQ(batches.size(), 1U);
  EXPECT_EQ(batches[0].positions, std::vector<Index>{5});
  EXPECT_EQ(plan_of(3, 6, 1).block_rows(2), 0U);
}

TEST(SweepPlan, CutsTallBatchesButNeverASuffix) {
  const SweepPlan plan = plan_of(2, 300, 0);
  Index next = 0;
  for (const PatchBatch& batch : plan.batches(0)) {
    EXPECT_LE(batch.rows, 1024);
    Index row = 0;
    for (std::size_t i = 0; i < batch.suffixes.size(); ++i) {
      EXPECT_EQ(batch.positions[i], next);
      EXPECT_EQ(batch.suffixes[i].position, next);
      EXPECT_EQ(batch.suffixes[i].row, row);
      EXPECT_EQ(batch.suffixes[i].length, 300 - next);
      row += batch.suffixes[i].length;
      ++next;
    }
    EXPECT_EQ(batch.rows, row);
  }
  EXPECT_EQ(next, 300);
}

TEST(SweepPlan, GivesASuffixTallerThanABatchABatchOfItsOwn) {
  const std::vector<PatchBatch> batches = plan_of(2, 1500, 0).batches(0);
  EXPECT_EQ(batches.front().positions, std::vector<Index>{0});
  EXPECT_EQ(batches.front().rows, 1500);
}

}  // namespace
}  // namespace patchboard
