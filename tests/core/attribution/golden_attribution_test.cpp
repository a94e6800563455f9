// What PyTorch's autograd gives, written by tests/golden/golden_sites.py.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/attribution/attribution.h"
#include "core/attribution/metric.h"
#include "core/patching/whole_run.h"
#include "tests/core/support/golden_model.h"
#include "tests/core/support/gradients.h"

namespace patchboard {
namespace {

using testing::Gradients;
using Json = nlohmann::json;

class GoldenAttribution : public ::testing::TestWithParam<const char*> {
 protected:
  [[nodiscard]] ActivationCache run(const char* tokens, const Kept& kept) {
    const auto ids = golden_.expected[tokens].get<std::vector<TokenId>>();
    return whole_run(golden_.model, pool_, golden_.model.embed(ids), kept);
  }

  [[nodiscard]] Gradients gradients(const ActivationCache& corrupted) {
    const Json& targets = golden_.expected["targets"];
    const Question question{
        .metric = Metric::kLogitDiff, .target = targets[0], .against = targets[1]};
    const Vector logits = final_logits(golden_.model, pool_, corrupted, 1).row(0);
    return {golden_.model, pool_, corrupted, metric_gradient(question, logits)};
  }

  ThreadPool pool_{2};
  testing::GoldenModel golden_ =
      testing::golden_model(std::string(PATCHBOARD_GOLDEN_DIR) + "/" + GetParam());
};

void expect_near(const Matrix& estimate, const Json& expected, const std::string& name) {
  std::vector<std::vector<double>> rows;
  for (const Json& row : expected) {
    std::vector<double>& values = rows.emplace_back();
    for (const Json& value : row) {
      values.push_back(value.is_null() ? 0 : value.get<double>());
    }
  }
  ASSERT_EQ(static_cast<std::size_t>(estimate.rows()), rows.size());
  double largest = 0;
  for (const auto& row : rows) {
    ASSERT_EQ(static_cast<std::size_t>(estimate.cols()), row.size()) << name;
    for (const double value : row) {
      largest = std::max(largest, std::abs(value));
    }
  }
  for (Index layer = 0; layer < estimate.rows(); ++layer) {
    for (Index col = 0; col < estimate.cols(); ++col) {
      EXPECT_NEAR(estimate(layer, col),
                  rows[static_cast<std::size_t>(layer)][static_cast<std::size_t>(col)],
                  1e-3 * largest + 1e-5)
          << name << ", layer " << layer << ", column " << col;
    }
  }
}

TEST_P(GoldenAttribution, EqualsPyTorchsForEverySite) {
  const Json& expected = golden_.sites["attribution"];
  Kept kept = kept_of_backward();
  for (const Site site : all_sites()) {
    kept = kept.with(kept_of_source(site));
  }
  const ActivationCache clean = run("tokens_clean", kept);
  const ActivationCache corrupted = run("tokens_corrupted", kept);
  const Gradients all = gradients(corrupted);
  for (const Site site : all_sites()) {
    const std::string name(site_name(site));
    expect_near(all.attribution(clean, site, ByPosition::kTogether), expected[name], name);
    if (is_head_site(site)) {
      expect_near(all.attribution(clean, site, ByPosition::kEach), expected[name + "_by_position"],
                  name + "_by_position");
    }
    if (has_keys(site) && !golden_.pairs.is_null()) {
      expect_near(all.attribution(clean, site, ByPosition::kPairs),
                  golden_.pairs["attribution"].at(name), name + " of pairs");
    }
  }
}

INSTANTIATE_TEST_SUITE_P(PyTorch, GoldenAttribution,
                         ::testing::Values("odd-width", "one-head-untied", "vocabulary-of-three",
                                           "large-epsilon", "erf-by-layer", "relu-unscaled",
                                           "gpt-neo"));

}  // namespace
}  // namespace patchboard
