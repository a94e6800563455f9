#include "core/model/gpt2.h"

#include <gtest/gtest.h>

#include "core/patching/whole_run.h"
#include "tests/core/reference/naive_gpt2.h"
#include "tests/core/support/random_model.h"

namespace patchboard {
namespace {

using reference::naive_forward;
using reference::packed;
using testing::random_tokens;
using testing::random_weights;
using testing::small_config;

constexpr double kTolerance = 1e-4;

void expect_logits_near(const Vector& logits, const reference::Row& expected) {
  ASSERT_EQ(static_cast<std::size_t>(logits.size()), expected.size());
  for (Index i = 0; i < logits.size(); ++i) {
    EXPECT_NEAR(logits[i], expected[static_cast<std::size_t>(i)], kTolerance) << "token " << i;
  }
}

struct Shape {
  Index n_layer, n_head, d_model, vocab_size, n_tokens;
  Variant variant = {};
};

class Gpt2Shapes : public ::testing::TestWithParam<Shape> {};

TEST_P(Gpt2Shapes, GivesTheLogitsAndActivationsOfThePlainLoops) {
  const Shape shape = GetParam();
  Config config = small_config(shape.n_layer, shape.n_head, shape.d_model, shape.vocab_size);
  config.variant = shape.variant;
  const reference::PlainWeights weights = random_weights(config, 1);
  const std::vector<TokenId> tokens = random_tokens(shape.n_tokens, shape.vocab_size, 2);
  const reference::NaiveRun expected = naive_forward(config, weights, tokens);

  ThreadPool pool(2);
  const Gpt2 model(config, packed(config, weights));
  const ActivationCache cache = whole_run(model, pool, model.embed(tokens), {});
  const Vector logits = model.forward(pool, tokens);

  expect_logits_near(logits, expected.logits);
  EXPECT_EQ(final_logits(model, pool, cache, 1).row(0), logits);
  ASSERT_EQ(cache.h.size(), expected.resid_post.size());
  for (std::size_t layer = 0; layer < cache.h.size(); ++layer) {
    for (Index t = 0; t < shape.n_tokens; ++t) {
      for (Index i = 0; i < shape.d_model; ++i) {
        const auto& row = expected.resid_post[layer][static_cast<std::size_t>(t)];
        EXPECT_NEAR(cache.h[layer].resid_post(t, i), row[static_cast<std::size_t>(i)], kTolerance);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(OddShapes, Gpt2Shapes,
                         ::testing::Values(Shape{1, 1, 5, 3, 1}, Shape{2, 3, 21, 17, 7},
                                           Shape{3, 1, 12, 40, 9}, Shape{2, 4, 64, 100, 33}));

INSTANTIATE_TEST_SUITE_P(
    Variants, Gpt2Shapes,
    ::testing::Values(
        Shape{3, 2, 12, 40, 9, {.activation = Activation::kGeluErf, .scaled_by_layer = true}},
        Shape{2,
              3,
              21,
              17,
              7,
              {.activation = Activation::kRelu, .scaled_by_root = false, .windows = {64, 3}}}));

TEST(Gpt2, UsesAnUnembeddingOfItsOwnWhereThereIsOne) {
  const Config config = small_config(2, 2, 8, 11);
  reference::PlainWeights weights = random_weights(config, 3);
  weights.lm_head = testing::random_matrix(11, 8, 4);
  const std::vector<TokenId> tokens = random_tokens(5, 11, 5);
  const reference::NaiveRun expected = naive_forward(config, weights, tokens);
  ThreadPool pool(1);
  expect_logits_near(Gpt2(config, packed(config, weights)).forward(pool, tokens), expected.logits);
}

TEST(Gpt2, GivesTheSameBitsForEveryThreadCount) {
  const Config config = small_config(2, 3, 21, 600);
  const Gpt2 model(config, packed(config, random_weights(config, 6)));
  const std::vector<TokenId> tokens = random_tokens(30, 600, 7);
  ThreadPool one(1);
  const Vector expected = model.forward(one, tokens);
  for (const int threads : {2, 3}) {
    ThreadPool pool(threads);
    EXPECT_EQ(model.forward(pool, tokens), expected) << threads << " threads";
  }
}

}  // namespace
}  // namespace patchboard
