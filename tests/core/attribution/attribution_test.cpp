#include "core/attribution/attribution.h"

#include <gtest/gtest.h>

#include "core/attribution/metric.h"
#include "core/patching/whole_run.h"
#include "tests/core/reference/plain_weights.h"
#include "tests/core/support/gradients.h"
#include "tests/core/support/random_model.h"

namespace patchboard {
namespace {

using reference::packed;
using testing::Gradients;
using testing::random_matrix;
using testing::random_tokens;
using testing::random_weights;
using testing::small_config;

constexpr Index kLength = 5;
const Kept kEverything = kept_of_all();
constexpr Question kQuestion{.metric = Metric::kLogitDiff, .target = 3, .against = 8};

class Attribution : public ::testing::Test {
 protected:
  [[nodiscard]] ActivationCache run(const Matrix& embedding, std::span<const Edit> edits = {}) {
    return whole_run(model_, pool_, embedding, kEverything, edits);
  }
  [[nodiscard]] Vector logits(const ActivationCache& run) {
    return final_logits(model_, pool_, run, 1).row(0);
  }
  [[nodiscard]] Gradients gradients(const ActivationCache& base) {
    return {model_, pool_, base, metric_gradient(kQuestion, logits(base))};
  }
  [[nodiscard]] Matrix embedding(std::uint32_t seed, Index length = kLength) const {
    return model_.embed(random_tokens(length, config_.vocab_size, seed));
  }

  ThreadPool pool_{2};
  Config config_ = small_config(3, 2, 12, 20);
  Gpt2 model_{config_, packed(config_, random_weights(config_, 1))};
};

TEST_F(Attribution, IsWhatAPatchDoesWhereTheRunsHardlyDiffer) {
  const Matrix at = embedding(2);
  const ActivationCache base = run(at);
  const ActivationCache source = run(at + 1e-3F * random_matrix(kLength, config_.d_model, 3));
  const Gradients all = gradients(base);
  const double before = metric_value(kQuestion, logits(base));
  for (const Site site : all_sites()) {
    const Matrix estimate = all.attribution(source, site, ByPosition::kEach);
    const double tolerance = 0.03 * static_cast<double>(estimate.cwiseAbs().maxCoeff()) + 1e-5;
    for (Index layer = 0; layer < estimate.rows(); ++layer) {
      for (Index col = 0; col < estimate.cols(); ++col) {
        const Patch patch{.site = site,
                          .layers = {.first = layer, .count = 1},
                          .heads = {.first = col / kLength, .count = 1},
                          .positions = {.first = col % kLength, .count = 1}};
        const Edit edit{.patch = patch, .source = &source};
        const double after = metric_value(kQuestion, logits(run(at, {&edit, 1})));
        EXPECT_NEAR(estimate(layer, col), after - before, tolerance)
            << site_name(site) << ", layer " << layer << ", column " << col;
      }
    }
  }
}

TEST_F(Attribution, OfAQueryAndAKeyIsWhatItsPatchDoesWhereTheRunsHardlyDiffer) {
  const Matrix at = embedding(2);
  const ActivationCache base = run(at);
  const ActivationCache source = run(at + 1e-3F * random_matrix(kLength, config_.d_model, 3));
  const Gradients all = gradients(base);
  const double before = metric_value(kQuestion, logits(base));
  for (const Site site : {Site::kPattern, Site::kAttnScores}) {
    const Matrix estimate = all.attribution(source, site, ByPosition::kPairs);
    const double tolerance = 0.03 * static_cast<double>(estimate.cwiseAbs().maxCoeff()) + 1e-5;
    for (Index layer = 0; layer < estimate.rows(); ++layer) {
      for (Index col = 0; col < estimate.cols(); ++col) {
        const Index key = col % kLength;
        const Index query = col / kLength % kLength;
        const Patch patch{.site = site,
                          .layers = {.first = layer, .count = 1},
                          .heads = {.first = col / kLength / kLength, .count = 1},
                          .positions = {.first = query, .count = 1},
                          .keys = {.first = key, .count = 1}};
        const Edit edit{.patch = patch, .source = &source};
        const double after = metric_value(kQuestion, logits(run(at, {&edit, 1})));
        EXPECT_NEAR(estimate(layer, col), after - before, tolerance)
            << site_name(site) << ", layer " << layer << ", column " << col;
        if (key > query) {
          EXPECT_EQ(estimate(layer, col), 0.0F);
        }
      }
    }
  }
}

TEST_F(Attribution, OfAHeadIsTheSumOverItsPositions) {
  const ActivationCache base = run(embedding(4));
  const ActivationCache source = run(embedding(5));
  const Gradients all = gradients(base);
  for (const Site site :
       {Site::kZ, Site::kQ, Site::kK, Site::kV, Site::kPattern, Site::kAttnScores}) {
    const Matrix by_position = all.attribution(source, site, ByPosition::kEach);
    const Matrix by_head = all.attribution(source, site, ByPosition::kTogether);
    ASSERT_EQ(by_position.cols(), config_.n_head * kLength);
    ASSERT_EQ(by_head.cols(), config_.n_head);
    for (Index layer = 0; layer < config_.n_layer; ++layer) {
      for (Index head = 0; head < config_.n_head; ++head) {
        EXPECT_NEAR(by_head(layer, head),
                    by_position.row(layer).segment(head * kLength, kLength).sum(), 1e-4);
      }
    }
  }
}

TEST_F(Attribution, OfARunWithItselfIsNothing) {
  const ActivationCache base = run(embedding(6));
  const Gradients all = gradients(base);
  for (const Site site : all_sites()) {
    const Matrix nothing = all.attribution(base, site, ByPosition::kTogether);
    EXPECT_EQ(nothing, Matrix::Zero(nothing.rows(), nothing.cols())) << site_name(site);
  }
}

TEST_F(Attribution, CountsThePositionsThatTheSourceHas) {
  const ActivationCache base = run(embedding(7));
  const Gradients all = gradients(base);
  const ActivationCache longer = run(embedding(8, kLength + 2));
  const ActivationCache same = run(embedding(8, kLength + 2).topRows(kLength));
  const ActivationCache shorter = run(embedding(8, kLength + 2).topRows(kLength - 2));
  for (const Site site : all_sites()) {
    const Matrix expected = all.attribution(same, site, ByPosition::kEach);
    const double tolerance = 1e-5 * static_cast<double>(expected.cwiseAbs().maxCoeff());
    const Matrix of_longer = all.attribution(longer, site, ByPosition::kEach);
    const Matrix of_shorter = all.attribution(shorter, site, ByPosition::kEach);
    for (Index layer = 0; layer < expected.rows(); ++layer) {
      for (Index col = 0; col < expected.cols(); ++col) {
        const float there = col % kLength < kLength - 2 ? expected(layer, col) : 0.0F;
        EXPECT_NEAR(of_longer(layer, col), expected(layer, col), tolerance) << site_name(site);
        EXPECT_NEAR(of_shorter(layer, col), there, tolerance) << site_name(site);
      }
    }
  }
}

}  // namespace
}  // namespace patchboard
