// What PyTorch gives for every site, direction, head and position, one forward pass with hooks a
// patch, written by tests/golden/golden_sites.py.

#include <gtest/gtest.h>

#include "core/lab/lab.h"
#include "tests/core/support/golden_model.h"

namespace patchboard {
namespace {

using Json = nlohmann::json;

constexpr double kTolerance = 1e-4;

class GoldenSites : public ::testing::TestWithParam<const char*> {
 protected:
  [[nodiscard]] Experiment experiment(const std::vector<Site>& sites,
                                      ByPosition by_position) const {
    const Json& expected = golden_.expected;
    Experiment all{.clean = expected["tokens_clean"],
                   .corrupted = expected["tokens_corrupted"],
                   .targets = {},
                   .sites = sites,
                   .by_position = by_position,
                   .directions = {Direction::kDenoising, Direction::kNoising}};
    for (const Json& target : expected["targets"]) {
      all.targets.push_back({target.get<TokenId>()});
    }
    return all;
  }

  void expect_logits(const std::vector<Site>& sites, ByPosition by_position) {
    ThreadPool pool(2);
    Lab lab(golden_.model, pool, experiment(sites, by_position));
    Index compared = 0;
    while (!lab.done()) {
      const LabRow row = lab.step();
      const auto& settings = lab.plan(row.sweep).settings();
      const std::string name = std::string(site_name(settings.site)) +
                               (settings.by_position == ByPosition::kEach ? "_by_position" : "");
      const Json& file = settings.by_position == ByPosition::kPairs ? golden_.pairs : golden_.sites;
      const Json& expected = file.at(std::string(direction_name(settings.direction))).at(name);
      const auto columns = static_cast<std::size_t>(lab.plan(row.sweep).columns());
      const std::size_t offset = row.head < 0 ? 0 : static_cast<std::size_t>(row.head) * columns;
      for (std::size_t target = 0; target < lab.experiment().targets.size(); ++target) {
        for (std::size_t column = 0; column < columns; ++column) {
          const Json& cell = expected[target][static_cast<std::size_t>(row.layer)][offset + column];
          EXPECT_EQ(row.computed[column], cell.is_null() ? 0 : 1);
          if (cell.is_null()) {
            continue;  // a key that the query does not see
          }
          EXPECT_NEAR(row.values.of(Measure::kLogit, target)[column], cell.get<double>(),
                      kTolerance)
              << name << ", " << direction_name(settings.direction) << ", layer " << row.layer
              << ", column " << offset + column;
          ++compared;
        }
      }
    }
    EXPECT_GT(compared, 0);
  }

  testing::GoldenModel golden_ =
      testing::golden_model(std::string(PATCHBOARD_GOLDEN_DIR) + "/" + GetParam());
};

TEST_P(GoldenSites, EverySiteInBothDirectionsEqualsPyTorchs) {
  expect_logits({all_sites().begin(), all_sites().end()}, ByPosition::kTogether);
}

TEST_P(GoldenSites, EveryHeadAtEveryPositionEqualsPyTorchs) {
  expect_logits({Site::kZ, Site::kQ, Site::kK, Site::kV, Site::kPattern, Site::kAttnScores},
                ByPosition::kEach);
}

TEST_P(GoldenSites, DivergenceEntropyAndMarginEqualPyTorchs) {
  ThreadPool pool(2);
  Experiment request = experiment({Site::kResidPost}, ByPosition::kTogether);
  request.directions = {Direction::kDenoising};
  Lab lab(golden_.model, pool, request);
  while (!lab.done()) {
    const LabRow row = lab.step();
    const auto layer = static_cast<std::size_t>(row.layer);
    const auto expect_row = [&](Measure measure, std::size_t target, const Json& expected) {
      const std::span<const float> values = row.values.of(measure, target);
      for (std::size_t position = 0; position < values.size(); ++position) {
        EXPECT_NEAR(values[position], expected[position].get<double>(), kTolerance)
            << traits_of(measure).name << ", layer " << layer << ", position " << position;
      }
    };
    const Json& sites = golden_.sites;
    expect_row(Measure::kKl, 0, sites["kl_resid_post_denoising"][layer]);
    expect_row(Measure::kEntropy, 0, sites["entropy_resid_post_denoising"][layer]);
    for (std::size_t target = 0; target < request.targets.size(); ++target) {
      expect_row(Measure::kMargin, target, sites["margin_resid_post_denoising"][target][layer]);
    }
  }
}

class GoldenPairs : public GoldenSites {};

TEST_P(GoldenPairs, EveryQueryAndKeyEqualsPyTorchs) {
  expect_logits({Site::kPattern, Site::kAttnScores}, ByPosition::kPairs);
}

INSTANTIATE_TEST_SUITE_P(PyTorch, GoldenPairs,
                         ::testing::Values("odd-width", "one-head-untied", "vocabulary-of-three",
                                           "erf-by-layer", "relu-unscaled", "gpt-neo"));

INSTANTIATE_TEST_SUITE_P(PyTorch, GoldenSites,
                         ::testing::Values("odd-width", "one-head-untied", "vocabulary-of-three",
                                           "large-epsilon", "erf-by-layer", "relu-unscaled",
                                           "gpt-neo"));

}  // namespace
}  // namespace patchboard
