// Lists of edits: the fast twin, which resumes and shares, against the whole run.

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "core/patching/whole_run.h"
#include "tests/core/support/edited_runs.h"
#include "tests/core/support/random_model.h"

namespace patchboard {
namespace {

using testing::edited_rows;
using testing::random_tokens;

const Kept kAll = kept_of_all();
constexpr Index kLength = 7;

class Edits : public ::testing::Test {
 protected:
  Index below(Index count) {
    return static_cast<Index>(random_() % static_cast<std::uint64_t>(count));
  }

  Span random_span(Index count) {
    const Index first = below(count);
    return {.first = first, .count = 1 + below(count - first)};
  }

  Edit random_edit() {
    const How how = std::array{How::kReplace, How::kZero, How::kScale, How::kAdd}.at(
        static_cast<std::size_t>(below(4)));
    return {.patch = {.site = all_sites()[static_cast<std::size_t>(below(std::ssize(all_sites())))],
                      .layers = random_span(config_.n_layer),
                      .heads = random_span(config_.n_head),
                      .positions = random_span(kLength),
                      .keys = below(2) == 0 ? kEvery : random_span(kLength)},
            .how = how,
            .source = below(2) == 0 ? &first_source_ : &second_source_,
            .factor = static_cast<float>(below(9)) / 4 - 1};
  }

  std::vector<Edit> random_list() {
    std::vector<Edit> edits(static_cast<std::size_t>(1 + below(4)));
    std::ranges::generate(edits, [&] { return random_edit(); });
    return edits;
  }

  [[nodiscard]] ActivationCache run(std::uint32_t seed, const Kept& kept) {
    return whole_run(model_, pool_, model_.embed(random_tokens(kLength, config_.vocab_size, seed)),
                     kept);
  }

  /// The last rows of every run, by whole runs; of those that nothing changes in, the base run's.
  void expect_whole_runs(const std::vector<std::vector<Edit>>& runs, Index answers, int threads) {
    ThreadPool pool(threads);
    const std::vector<Matrix> fast = edited_rows(model_, pool, base_, first_source_, runs, answers);
    for (std::size_t i = 0; i < runs.size(); ++i) {
      const ActivationCache slow = whole_run(model_, pool, base_.embedding, {}, runs[i]);
      const Matrix expected = slow.h.back().resid_post.bottomRows(answers);
      ASSERT_EQ(fast[i], expected)
          << "list " << i << ", whose first edit is at " << site_name(runs[i].front().patch.site);
    }
  }

  std::mt19937_64 random_{1};
  Config config_ = testing::small_config(3, 3, 21, 50);
  Gpt2 model_{config_, reference::packed(config_, testing::random_weights(config_, 1))};
  ThreadPool pool_{1};
  ActivationCache base_ = run(1, kAll);
  ActivationCache first_source_ = run(2, kAll);
  ActivationCache second_source_ = run(3, kAll);
};

TEST_F(Edits, RandomListsAreWholeRunsToTheBit) {
  for (int round = 0; round < 20; ++round) {
    std::vector<std::vector<Edit>> runs(30);
    std::ranges::generate(runs, [&] { return random_list(); });
    expect_whole_runs(runs, 1 + below(3), 1 + round % 3);
  }
}

TEST_F(Edits, ActOneAfterTheOther) {
  const Patch patch{.site = Site::kMlpOut,
                    .layers = {.first = 1, .count = 1},
                    .positions = {.first = 2, .count = 3}};
  const Edit replace{.patch = patch, .source = &first_source_};
  const Edit zero{.patch = patch, .how = How::kZero};
  const auto last = [&](const std::vector<Edit>& edits) {
    return Matrix(whole_run(model_, pool_, base_.embedding, {}, edits).h.back().resid_post);
  };
  EXPECT_EQ(last({replace, zero}), last({zero}));
  EXPECT_EQ(last({zero, replace}), last({replace}));
  EXPECT_NE(last({zero}), last({replace}));
}

TEST_F(Edits, AddingWhatIsMissingIsReplacing) {
  for (const Site site : all_sites()) {
    const Patch patch{.site = site,
                      .layers = {.first = 1, .count = 1},
                      .heads = {.first = 0, .count = 2},
                      .positions = {.first = 1, .count = 4}};
    const std::vector<Edit> replace = {{.patch = patch, .source = &first_source_}};
    const std::vector<Edit> add = {{.patch = patch, .how = How::kScale, .factor = 0},
                                   {.patch = patch, .how = How::kAdd, .source = &first_source_}};
    const Matrix expected =
        whole_run(model_, pool_, base_.embedding, {}, replace).h.back().resid_post;
    const Matrix found = whole_run(model_, pool_, base_.embedding, {}, add).h.back().resid_post;
    EXPECT_TRUE(found.isApprox(expected, 1e-5F)) << site_name(site);
    EXPECT_NE(found, base_.h.back().resid_post) << site_name(site);
  }
}

}  // namespace
}  // namespace patchboard
