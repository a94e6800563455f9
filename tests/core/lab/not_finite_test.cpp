// What is not finite in a patched run alone is said, and never compared.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/closer/cell.h"
#include "core/closer/self_checks.h"
#include "core/patching/whole_run.h"
#include "tests/core/support/expect_error.h"
#include "tests/core/support/loaded_session.h"
#include "tests/core/support/overflowing_model.h"

namespace patchboard {
namespace {

using testing::expect_error;
using testing::LoadedSession;
using testing::overflowing_model;
using testing::OverflowingModel;

class NotFinite : public ::testing::Test {
 protected:
  /// Whether the whole run with this cell's patch has finite logits.
  bool is_finite(Lab& lab, Index row, Index column) {
    const Patch patch = lab.plan(0).patch(row, column);
    const Kept kept{.mlp_out = true};
    const Edit edit{.patch = patch, .source = &lab.runs().source(Direction::kDenoising, 0, kept)};
    const Matrix& embedding = lab.runs().base(Direction::kDenoising, 0, {}).embedding;
    const ActivationCache run = whole_run(overflowing_.model, pool_, embedding, {}, {&edit, 1});
    return final_logits(overflowing_.model, pool_, run, 1).allFinite();
  }

  OverflowingModel overflowing_ = overflowing_model();
  ThreadPool pool_{2};
};

TEST_F(NotFinite, APatchedRunIsMarkedAndMeasuresNothing) {
  Lab lab(overflowing_.model, pool_, overflowing_.experiment);
  ASSERT_TRUE(lab.clean().finite);
  ASSERT_TRUE(lab.corrupted().finite);
  int marked = 0;
  while (!lab.done()) {
    const LabRow row = lab.step();
    for (std::size_t column = 0; column < 4; ++column) {
      EXPECT_EQ(row.computed[column], 1);
      const bool finite = is_finite(lab, row.layer, static_cast<Index>(column));
      EXPECT_EQ(row.not_finite[column] == 0, finite) << row.layer << ", " << column;
      EXPECT_EQ(std::isfinite(row.values.of(Measure::kKl)[column]), finite);
      for (std::size_t value = column; value < row.values.values().size(); value += 4) {
        EXPECT_EQ(std::isfinite(row.values.values()[value]), finite);
      }
      marked += finite ? 0 : 1;
    }
  }
  EXPECT_EQ(marked, 1) << "and the others are not";
}

TEST_F(NotFinite, OutsideTheRegionACellIsNotComputedRatherThanNotFinite) {
  overflowing_.experiment.region =
      Region{.layers = {.first = 0, .count = 1}, .positions = {.first = 2, .count = 1}};
  Lab lab(overflowing_.model, pool_, overflowing_.experiment);
  const LabRow row = lab.step();
  EXPECT_EQ(row.computed, (std::vector<std::uint8_t>{0, 0, 1, 0}));
  EXPECT_EQ(row.not_finite, (std::vector<std::uint8_t>{0, 0, 0, 0}));
  EXPECT_TRUE(std::isnan(row.values.of(Measure::kProb)[1]));
}

TEST_F(NotFinite, ACellHasNoPredictionsAndIsNotContinued) {
  Lab lab(overflowing_.model, pool_, overflowing_.experiment);
  ASSERT_FALSE(is_finite(lab, 0, 1));
  const CellDetails details = inspect_cell(overflowing_.model, pool_, lab, {.row = 0, .column = 1});
  EXPECT_FALSE(details.finite);
  EXPECT_TRUE(details.top.empty());
  EXPECT_TRUE(details.changed.empty());
  EXPECT_TRUE(details.patched.empty());
  EXPECT_EQ(details.clean.size(), 10U);
}

TEST_F(NotFinite, SelfChecksOfItFailAndSayWhy) {
  // One layer and one position, so that the cell that is checked is the one that overflows.
  overflowing_.model = overflowing_model(1).model;
  overflowing_.experiment.clean = {2};
  overflowing_.experiment.corrupted = {9};
  Lab lab(overflowing_.model, pool_, overflowing_.experiment);
  const std::vector<SelfCheck> checks = self_checks(overflowing_.model, pool_, lab);
  const auto found = std::ranges::find_if(checks, [](const SelfCheck& check) {
    return check.name.find("whole run with") != std::string::npos;
  });
  ASSERT_NE(found, checks.end());
  EXPECT_EQ(found->passed, is_finite(lab, 0, 0));
  EXPECT_FALSE(found->passed);
  EXPECT_NE(found->detail.find("not finite"), std::string::npos) << found->detail;
}

TEST_F(NotFinite, TheMostNoiseThatIsAllowedIsNotTheWeightsFault) {
  LoadedSession session(1);
  Experiment experiment{.clean = session.encode("Mi Jones x"),
                        .corrupted = {},
                        .targets = {{1}},
                        .corruption = {.kind = Corruption::Kind::kNoise, .positions = {0, 1, 2}}};
  experiment.corruption.multiple = 1e6F;
  const float prob = session.start(experiment).corrupted().of(Measure::kProb, 0);
  experiment.corruption.multiple = kMaxNoiseMultiple;
  EXPECT_NEAR(session.start(experiment).corrupted().of(Measure::kProb, 0), prob, 1e-4F)
      << "the noise's direction";
}

TEST_F(NotFinite, AFloatsWorthOfRangeIsEnoughForAnyMeasure) {
  Matrix clean(1, 3);
  clean << 0, 1, 2;
  Matrix wide(1, 3);
  wide << -3e38F, 3e38F, 0;
  const Measures measures = Measurer({{0}, {1}}, clean).of(wide);
  EXPECT_FALSE(measures.finite) << "a log_prob of -6e38 is no float";
  EXPECT_TRUE(std::isnan(measures.of(Measure::kProb, 1)));
  EXPECT_TRUE(std::isnan(measures.of(Measure::kKl)));
}

TEST_F(NotFinite, OneLogitIsEnoughWhicheverTokenItIsOf) {
  Matrix clean(1, 3);
  clean << 0, 1, 2;
  for (const float bad : {INFINITY, -INFINITY, NAN}) {
    for (const Index place : {0, 1, 2}) {
      Matrix logits = clean;
      logits(0, place) = bad;
      const Measures measures = Measurer({{1}}, clean).of(logits);
      EXPECT_FALSE(measures.finite) << bad << " at " << place;
      EXPECT_TRUE(std::isnan(measures.of(Measure::kRank, 0)));
      EXPECT_TRUE(std::isnan(measures.of(Measure::kKl)));
    }
  }
}

}  // namespace
}  // namespace patchboard
