#include "core/patching/sweep_plan.h"

#include <gtest/gtest.h>

#include "tests/core/support/random_model.h"

namespace patchboard {
namespace {

/// A denoising sweep over resid_post, of prompts of T tokens that first differ at `difference`.
SweepPlan plan_of(Index L, Index T, Index difference, const SweepSettings& settings = {}) {
  return {testing::small_config(L, 2, 8, 3),
          settings,
          {.n_layer = L, .n_positions = T, .first_difference = difference},
          T};
}

std::vector<PatchBatch> batches_of(const SweepPlan& plan, Index row) {
  return make_batches(plan.patches(row, plan.columns_of(std::nullopt, row)), plan.shape());
}

double row_cost(const SweepPlan& plan, Index row) {
  return plan.block_rows(row, plan.columns_of(std::nullopt, row));
}

std::vector<Index> positions_of(const PatchBatch& batch) {
  std::vector<Index> positions;
  for (const RowRange& suffix : batch.suffixes) {
    positions.push_back(suffix.position);
  }
  return positions;
}

/// The closed formula for n = T - difference patches a layer, R = n (n + 1) / 2 rows from the
/// patched position on, and `above` blocks above the patched layer. q, k and v are 1/12 of a
/// block-row each.
double formula(double n, double above) {
  const double R = n * (n + 1) / 2;
  if (above < 2) {
    return above * n;
  }
  const double first = n * 3 / 12 + R * 9 / 12;
  const double last = R * 2 / 12 + n / 12 + n * 9 / 12;
  return first + (above - 2) * R + last;
}

TEST(SweepPlan, NamesTheLayersThatAWindowPatches) {
  const SweepPlan plan = plan_of(4, 5, 0, {.site = Site::kMlpOut, .window = 3, .span = 2});
  EXPECT_EQ(plan.row_name(0), "0–2");
  EXPECT_EQ(plan.row_name(2), "2–3") << "there is no fifth layer";
  EXPECT_EQ(plan.row_name(3), "3");
  EXPECT_EQ(plan.cell_name(0, 1), "layers 0–2, positions 1–2");
  EXPECT_EQ(plan.cell_name(3, 4), "layer 3, position 4");
}

TEST(SweepPlan, NamesHeads) {
  EXPECT_EQ(plan_of(4, 5, 0, {.site = Site::kZ}).cell_name(3, 1), "layer 3, head 1");
  const SweepPlan plan = plan_of(4, 5, 0, {.site = Site::kZ, .by_position = ByPosition::kEach});
  EXPECT_EQ(plan.row_name(7), "3.1");
  EXPECT_EQ(plan.cell_name(7, 2), "layer 3, head 1, position 2");
}

TEST(SweepPlan, CountsTheReportsLoopAsOneRunAPatch) {
  // The design's figure for GPT-2 medium's shape and the mathematical comparison.
  EXPECT_EQ(plan_of(24, 39, 5).naive_block_rows(std::nullopt), 876'096U);
}

TEST(SweepPlan, CountsItsBlockRowsByTheClosedFormula) {
  for (const Index L : {1, 2, 3, 12}) {
    for (const Index T : {1, 2, 39, 300}) {
      for (const Index difference : {Index{0}, T / 2, T - 1}) {
        const SweepPlan plan = plan_of(L, T, difference);
        double total = 0;
        for (Index layer = 0; layer < L; ++layer) {
          const double rows =
              formula(static_cast<double>(T - difference), static_cast<double>(L - 1 - layer));
          EXPECT_NEAR(row_cost(plan, layer), rows, 1e-9 * rows) << L << ", " << T << ", " << layer;
          total += rows;
        }
        EXPECT_NEAR(plan.block_rows(), total, 1e-9 * total);
      }
    }
  }
}

TEST(SweepPlan, NeedsASixthOfTheReportsLoopForTheMathematicalComparison) {
  EXPECT_NEAR(plan_of(24, 39, 5).block_rows(), 150'288.5, 0.1);
}

TEST(SweepPlan, WeighsThePartsOfABlockByTheirMultiplyAdds) {
  Config config = testing::small_config(3, 1, 8, 3);
  config.d_mlp = 4;  // 4 · 8 · 8 + 2 · 8 · 4 = 320 multiply-adds a row, of which q is 64
  const SweepPlan plan(config, {}, {.n_layer = 3, .n_positions = 2}, 2);
  const double q = 64.0 / 320;
  const double rest = 1 - 3 * q;
  EXPECT_NEAR(row_cost(plan, 0), 2 * 3 * q + 3 * rest + 3 * 2 * q + 2 * q + 2 * rest, 1e-12);
}

TEST(SweepPlan, CountsWhatIsLeftOfThePatchedBlock) {
  const double resid_post = row_cost(plan_of(4, 9, 2), 1);
  const auto cost = [](Site site) { return row_cost(plan_of(4, 9, 2, {.site = site}), 1); };
  EXPECT_EQ(cost(Site::kMlpOut), resid_post);
  EXPECT_NEAR(cost(Site::kResidMid), resid_post + 7 * 8.0 / 12, 1e-12);  // seven patches' MLP
  EXPECT_NEAR(cost(Site::kMlpPost), resid_post + 7 * 4.0 / 12, 1e-12);   // its c_proj
  EXPECT_NEAR(cost(Site::kAttnOut), resid_post + 7 * 8.0 / 12, 1e-12);
  EXPECT_EQ(row_cost(plan_of(4, 9, 2, {.site = Site::kResidPre}), 2), resid_post);
}

TEST(SweepPlan, PatchesHeadsAtAllPositionsOrOneByOne) {
  const SweepPlan heads = plan_of(3, 6, 1, {.site = Site::kZ});
  EXPECT_EQ(heads.rows(), 3);
  EXPECT_EQ(heads.columns(), 2);
  const Patch whole = heads.patch(2, 1);
  EXPECT_EQ(whole.heads.first, 1);
  EXPECT_EQ(whole.positions.count, 6);
  const SweepPlan by_position =
      plan_of(3, 6, 1, {.site = Site::kZ, .by_position = ByPosition::kEach});
  EXPECT_EQ(by_position.rows(), 6);
  EXPECT_EQ(by_position.columns(), 6);
  const Patch one = by_position.patch(5, 4);
  EXPECT_EQ(one.layers.first, 2);
  EXPECT_EQ(one.heads.first, 1);
  EXPECT_EQ(one.positions.first, 4);
  EXPECT_EQ(one.positions.count, 1);
}

TEST(SweepPlan, PatchesAQueryAndAKeyThatItSees) {
  const SweepPlan plan =
      plan_of(3, 6, 1, {.site = Site::kPattern, .by_position = ByPosition::kPairs});
  EXPECT_EQ(axes_name(plan.axes()), "head-query-key");
  EXPECT_EQ(plan.rows(), 6);
  EXPECT_EQ(plan.columns(), 36);
  EXPECT_EQ(plan.naive_block_rows(std::nullopt), 6U * 21 * 18);
  EXPECT_EQ(plan.row_name(5), "2.1");
  EXPECT_EQ(plan.cell_name(5, 4 * 6 + 2), "layer 2, head 1, query 4, key 2");
  const Patch patch = plan.patch(5, 4 * 6 + 2);
  EXPECT_EQ(patch.heads.first, 1);
  EXPECT_EQ(patch.positions, (Span{.first = 4, .count = 1}));
  EXPECT_EQ(patch.keys, (Span{.first = 2, .count = 1}));
  EXPECT_TRUE(plan.has(5, 4 * 6 + 4));
  EXPECT_FALSE(plan.has(5, 4 * 6 + 5));
  const Region region{.layers = {.first = 2, .count = 1}, .positions = {.first = 4, .count = 1}};
  EXPECT_EQ(plan.columns_of(region, 5), (std::vector<Index>{24, 25, 26, 27, 28}));
  EXPECT_TRUE(plan.columns_of(region, 3).empty());
  EXPECT_EQ(plan.naive_block_rows(region), 2U * 5 * 18);
}

TEST(SweepPlan, SkipsPositionsBeforeTheFirstDifference) {
  const std::vector<PatchBatch> batches = batches_of(plan_of(3, 6, 4), 0);
  ASSERT_EQ(batches.size(), 1U);
  EXPECT_EQ(positions_of(batches[0]), (std::vector<Index>{4, 5}));
  EXPECT_EQ(batches[0].rows, 3);
}

TEST(SweepPlan, PatchesTheLastLayerAtTheLastPositionOnly) {
  const SweepPlan plan = plan_of(3, 6, 1);
  const std::vector<PatchBatch> batches = batches_of(plan, 2);
  ASSERT_EQ(batches.size(), 1U);
  EXPECT_EQ(positions_of(batches[0]), std::vector<Index>{5});
  EXPECT_EQ(row_cost(plan, 2), 0U);
}

TEST(SweepPlan, PatchesKeysOfTheLastLayerEverywhereSinceTheLastQueryReadsThem) {
  const SweepPlan plan = plan_of(3, 6, 1, {.site = Site::kK, .by_position = ByPosition::kEach});
  const std::vector<PatchBatch> batches = batches_of(plan, 5);
  ASSERT_EQ(batches.size(), 1U);
  EXPECT_EQ(positions_of(batches[0]), (std::vector<Index>{1, 2, 3, 4, 5}));
}

TEST(SweepPlan, CutsTallBatchesButNeverASuffix) {
  Index next = 0;
  for (const PatchBatch& batch : batches_of(plan_of(2, 300, 0), 0)) {
    EXPECT_LE(batch.rows, 768);
    Index row = 0;
    for (const RowRange& suffix : batch.suffixes) {
      EXPECT_EQ(suffix.position, next);
      EXPECT_EQ(suffix.row, row);
      EXPECT_EQ(suffix.end(), 300);
      row += suffix.count;
      ++next;
    }
    EXPECT_EQ(batch.rows, row);
  }
  EXPECT_EQ(next, 300);
}

TEST(SweepPlan, GivesASuffixTallerThanABatchABatchOfItsOwn) {
  const std::vector<PatchBatch> batches = batches_of(plan_of(2, 1500, 0), 0);
  EXPECT_EQ(positions_of(batches.front()), std::vector<Index>{0});
  EXPECT_EQ(batches.front().rows, 1500);
}

}  // namespace
}  // namespace patchboard
