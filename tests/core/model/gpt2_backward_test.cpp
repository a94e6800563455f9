#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/model/site.h"
#include "core/patching/whole_run.h"
#include "tests/core/reference/naive_gpt2.h"
#include "tests/core/support/gradients.h"
#include "tests/core/support/random_model.h"

namespace patchboard {
namespace {

using reference::naive_forward;
using reference::Nudge;
using reference::packed;
using reference::PlainWeights;
using testing::Gradients;
using testing::random_matrix;
using testing::random_tokens;
using testing::random_weights;
using testing::small_config;

struct Shape {
  Index n_layer, n_head, d_model, vocab_size, n_tokens;
  Variant variant = {};
};

Config config_of(const Shape& shape) {
  Config config = small_config(shape.n_layer, shape.n_head, shape.d_model, shape.vocab_size);
  config.variant = shape.variant;
  return config;
}

/// A run of a random model, a random linear function of its logits, and its gradients.
class Example {
 public:
  Example(const Shape& shape, WeightFormat format, bool untied = false)
      : config_(config_of(shape)),
        model_(config_, packed(config_, plain_weights(config_, untied), format)),
        weights_(reference::unpacked(config_, model_.weights())),
        tokens_(random_tokens(shape.n_tokens, shape.vocab_size, 2)),
        d_logits_(random_matrix(1, shape.vocab_size, 3).row(0)) {}

  [[nodiscard]] Gradients gradients(int threads) const {
    ThreadPool pool(threads);
    const ActivationCache run = whole_run(model_, pool, model_.embed(tokens_), kept_of_backward());
    return {model_, pool, run, d_logits_};
  }

  /// By central differences in double.
  [[nodiscard]] double difference(Nudge nudge) const {
    constexpr double kStep = 1e-5;
    nudge.by = kStep;
    const double above = value(nudge);
    nudge.by = -kStep;
    return (above - value(nudge)) / (2 * kStep);
  }

  /// Expects `gradients` to be those of finite differences, in every `stride`th value.
  void expect_gradients(Site site, Index stride = 1) const {
    const Gradients all = gradients(2);
    for (Index layer = 0; layer < config_.n_layer; ++layer) {
      const Matrix& gradient = all.of(site, layer);
      const double tolerance = 1e-4 * static_cast<double>(gradient.cwiseAbs().maxCoeff()) + 1e-5;
      for (Index i = 0; i < gradient.size(); i += stride) {
        const Index row = i / gradient.cols();
        const Index col = i % gradient.cols();
        EXPECT_NEAR(gradient(row, col),
                    difference({.site = site, .layer = layer, .row = row, .col = col}), tolerance)
            << site_name(site) << ", layer " << layer << ", row " << row << ", column " << col;
      }
    }
  }

 private:
  static PlainWeights plain_weights(const Config& config, bool untied) {
    PlainWeights weights = random_weights(config, 1);
    if (untied) {
      weights.lm_head = random_matrix(config.vocab_size, config.d_model, 4);
    }
    return weights;
  }

  [[nodiscard]] double value(const Nudge& nudge) const {
    const auto run = naive_forward(config_, weights_, tokens_, std::nullopt, nudge);
    double sum = 0;
    for (Index token = 0; token < config_.vocab_size; ++token) {
      sum += static_cast<double>(d_logits_[token]) * run.logits[static_cast<std::size_t>(token)];
    }
    return sum;
  }

  Config config_;
  Gpt2 model_;
  PlainWeights weights_;
  std::vector<TokenId> tokens_;
  Vector d_logits_;
};

class BackwardShapes : public ::testing::TestWithParam<Shape> {};

TEST_P(BackwardShapes, GivesTheGradientsOfFiniteDifferencesForEverySite) {
  const Example example(GetParam(), WeightFormat::kF32);
  for (const Site site : all_sites()) {
    example.expect_gradients(site);
  }
}

INSTANTIATE_TEST_SUITE_P(OddShapes, BackwardShapes,
                         ::testing::Values(Shape{1, 1, 5, 3, 1}, Shape{2, 3, 21, 17, 4},
                                           Shape{3, 1, 9, 40, 5}));

// No relu here: finite differences meet its corner.
INSTANTIATE_TEST_SUITE_P(
    Variants, BackwardShapes,
    ::testing::Values(
        Shape{2, 2, 10, 17, 4, {.activation = Activation::kGeluErf, .scaled_by_layer = true}},
        Shape{2, 2, 10, 17, 5, {.scaled_by_root = false, .windows = {64, 2}}}));

TEST(Backward, GivesTheGradientsOfFiniteDifferencesForWideRows) {
  const Example example({2, 2, 70, 33, 3}, WeightFormat::kF32);
  for (const Site site : all_sites()) {
    example.expect_gradients(site, 13);
  }
}

TEST(Backward, GivesTheGradientsOfTheWeightsInEveryFormat) {
  for (const WeightFormat format : {WeightFormat::kF16, WeightFormat::kQ8}) {
    const Example example({2, 2, 38, 21, 3}, format);
    example.expect_gradients(Site::kResidPre, 7);
    example.expect_gradients(Site::kV, 7);
  }
}

TEST(Backward, GoesThroughAnUnembeddingOfItsOwnWhereThereIsOne) {
  Example({1, 2, 8, 11, 3}, WeightFormat::kF32, true).expect_gradients(Site::kResidPost);
}

TEST(Backward, GivesTheSameBitsForEveryThreadCount) {
  const Example example({2, 3, 66, 600, 30}, WeightFormat::kF32);
  const Gradients expected = example.gradients(1);
  for (const int threads : {2, 3}) {
    const Gradients gradients = example.gradients(threads);
    for (const Site site : all_sites()) {
      for (Index layer = 0; layer < 2; ++layer) {
        EXPECT_EQ(gradients.of(site, layer), expected.of(site, layer))
            << site_name(site) << ", " << threads << " threads";
      }
    }
  }
}

TEST(Backward, ReadsTheLogitsOfSeveralPositions) {
  const Config config = small_config(2, 3, 21, 17);
  const Gpt2 model(config, packed(config, random_weights(config, 5)));
  ThreadPool pool(2);
  const Matrix embedding = model.embed(random_tokens(6, 17, 6));
  const Matrix d_logits = random_matrix(2, 17, 7);
  const auto resid_pre = [&](Index length, const MatrixView& d) {
    const Matrix start = embedding.topRows(length);
    return Gradients(model, pool, whole_run(model, pool, start, kept_of_backward()), d)
        .of(Site::kResidPre, 0);
  };
  Matrix expected = resid_pre(6, d_logits.row(1));
  expected.topRows(5) += resid_pre(5, d_logits.row(0));
  EXPECT_LE((resid_pre(6, d_logits) - expected).norm(), 1e-5F * expected.norm());
}

TEST(Backward, LeavesEveryPositionButTheLastOfTheLastLayerAlone) {
  const Gradients gradients = Example({2, 2, 12, 9, 6}, WeightFormat::kF32).gradients(1);
  EXPECT_EQ(gradients.of(Site::kResidPost, 1).topRows(5), Matrix::Zero(5, 12));
  EXPECT_EQ(gradients.of(Site::kZ, 1).topRows(5), Matrix::Zero(5, 12));
  EXPECT_NE(gradients.of(Site::kResidPost, 1).bottomRows(1), Matrix::Zero(1, 12));
  EXPECT_NE(gradients.of(Site::kResidPost, 0).topRows(1), Matrix::Zero(1, 12));
}

}  // namespace
}  // namespace patchboard
