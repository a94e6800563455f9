// Greedy continuations, the logit lens, attention patterns and cells.

#include <gtest/gtest.h>

#include "core/closer/cell.h"
#include "core/closer/greedy.h"
#include "core/closer/logit_lens.h"
#include "core/model/attention.h"
#include "tests/core/support/random_model.h"

namespace patchboard {
namespace {

using testing::random_tokens;

class LookingCloser : public ::testing::Test {
 protected:
  std::vector<TokenId> continued(const std::vector<TokenId>& tokens, std::span<const Edit> edits,
                                 Index count) {
    std::vector<ActivationCache> runs;
    runs.push_back(begun_run(model_, pool_, model_.embed(tokens), edits));
    return greedy(model_, pool_, std::move(runs), count);
  }

  std::vector<TokenId> greedy_by_whole_runs(std::vector<TokenId> tokens,
                                            std::span<const Edit> edits, Index count) {
    std::vector<TokenId> added;
    while (static_cast<Index>(added.size()) < count) {
      const ActivationCache run = whole_run(model_, pool_, model_.embed(tokens), {}, edits);
      const Vector logits = final_logits(model_, pool_, run, 1).row(0);
      added.push_back(static_cast<TokenId>(top_k(logits, 1).front().token));
      tokens.push_back(added.back());
    }
    return added;
  }

  Config config_ = testing::small_config(3, 3, 21, 50);
  Gpt2 model_{config_, reference::packed(config_, testing::random_weights(config_, 1))};
  ThreadPool pool_{2};
  std::vector<TokenId> clean_ = random_tokens(8, 50, 2);
  std::vector<TokenId> corrupted_ = random_tokens(8, 50, 3);
};

TEST_F(LookingCloser, AGreedyContinuationIsWholeRunsOneAfterTheOther) {
  EXPECT_EQ(continued(clean_, {}, 5), greedy_by_whole_runs(clean_, {}, 5));
}

TEST_F(LookingCloser, APatchStaysInPlaceWhileTheRunIsContinued) {
  const ActivationCache source = whole_run(model_, pool_, model_.embed(clean_), {});
  const Patch patch{.site = Site::kResidPost,
                    .layers = {.first = 1, .count = 1},
                    .positions = {.first = 7, .count = 1}};
  const Edit edit{.patch = patch, .source = &source};
  EXPECT_EQ(continued(corrupted_, {&edit, 1}, 5), greedy_by_whole_runs(corrupted_, {&edit, 1}, 5));
}

TEST_F(LookingCloser, AContinuationEndsWhereTheModelReadsNoFurther) {
  const std::vector<TokenId> almost_all = random_tokens(config_.n_positions - 1, 50, 5);
  EXPECT_EQ(continued(almost_all, {}, 9).size(), 2U);
}

TEST_F(LookingCloser, TheLensOfTheLastLayerIsTheModelItself) {
  const ActivationCache run = whole_run(model_, pool_, model_.embed(clean_), {});
  const std::vector<TokenId> targets = {4, 11};
  const LogitLens lens = logit_lens(model_, pool_, run, targets);
  const Matrix logits = final_logits(model_, pool_, run, 8);
  ASSERT_EQ(lens.top.size(), 3 * 8U);
  for (Index position = 0; position < 8; ++position) {
    const auto cell = static_cast<std::size_t>(2 * 8 + position);
    const std::vector<Prediction> top = top_k(logits.row(position), 50);
    EXPECT_EQ(lens.top[cell], top.front().token);
    EXPECT_NEAR(lens.top_prob[cell], top.front().prob, 1e-6);
    for (const Prediction& prediction : top) {
      if (prediction.token == 11) {
        EXPECT_NEAR(lens.prob[3 * 8 + cell], prediction.prob, 1e-6);
      }
    }
  }
}

TEST_F(LookingCloser, PatternsAddUpToOneAndSeeNothingToTheRight) {
  const ActivationCache run = whole_run(model_, pool_, model_.embed(clean_), {.pattern = true});
  const Matrix& patterns = run.at(1).pattern;
  ASSERT_EQ(patterns.rows(), 3 * 8);
  for (Index row = 0; row < patterns.rows(); ++row) {
    EXPECT_NEAR(patterns.row(row).sum(), 1.0F, 1e-5);
    for (Index key = row % 8 + 1; key < 8; ++key) {
      EXPECT_EQ(patterns(row, key), 0.0F);
    }
  }
}

TEST_F(LookingCloser, ACellShowsItsPatchedRun) {
  Experiment experiment{.clean = clean_, .corrupted = corrupted_, .targets = {{4}}};
  Lab lab(model_, pool_, experiment);
  // The last layer's last position: the patched run says what the clean one does.
  const CellDetails details =
      inspect_cell(model_, pool_, lab, {.row = 2, .column = 7, .top = 5, .continuation = 3});
  const std::vector<Prediction> clean = top_k(lab.clean_answer(), 5);
  ASSERT_EQ(details.top.size(), 5U);
  EXPECT_EQ(details.top.front().token, clean.front().token);
  EXPECT_EQ(details.top.front().prob, clean.front().prob);
  EXPECT_EQ(details.patched.front(), details.clean.front());
  EXPECT_EQ(details.changed.size(), 5U);
  const auto& first = details.changed.front();
  for (const ProbabilityChange& change : details.changed) {
    EXPECT_LE(std::abs(change.after - change.before), std::abs(first.after - first.before));
  }
}

}  // namespace
}  // namespace patchboard
