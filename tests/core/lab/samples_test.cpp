// Noise in several samples: what is shown is the mean over them, everywhere.

#include <gtest/gtest.h>

#include "core/closer/greedy.h"
#include "core/math/softmax.h"
#include "core/patching/whole_run.h"
#include "tests/core/support/expect_error.h"
#include "tests/core/support/loaded_session.h"

namespace patchboard {
namespace {

using testing::expect_error;
using testing::LoadedSession;

constexpr Index kSamples = 3;

class Samples : public ::testing::Test {
 protected:
  Samples() {
    experiment_.clean = session_.encode("Mi Jones x");
    experiment_.targets = {{4}, {11}};
    experiment_.sites = {Site::kMlpOut};
    experiment_.window = 2;
    experiment_.directions = {Direction::kDenoising, Direction::kNoising};
    experiment_.corruption = {
        .kind = Corruption::Kind::kNoise, .positions = {1}, .samples = kSamples};
    session_.start(experiment_);
  }

  Index length() const { return std::ssize(experiment_.clean); }
  Index vocab() const { return session_.config().vocab_size; }

  static Vector probabilities(const Vector& logits) {
    const double total = log_sum_exp(row_values(logits));
    return logits.unaryExpr([&](float logit) {
      return static_cast<float>(std::exp(static_cast<double>(logit) - total));
    });
  }

  LoadedSession session_{2};
  Experiment experiment_;
};

TEST_F(Samples, AreTheSameOnTheMapAndInTheCell) {
  Lab& lab = session_.lab();
  while (!lab.done()) {
    const LabRow row = lab.step();
    for (Index column = 0; column < length(); ++column) {
      const CellDetails details = session_.inspect_cell({.sweep = row.sweep,
                                                         .row = row.layer,
                                                         .column = column,
                                                         .top = vocab(),
                                                         .continuation = 0});
      for (const Prediction& prediction : details.top) {
        for (std::size_t target = 0; target < 2; ++target) {
          if (prediction.token == experiment_.targets[target].front()) {
            const auto cell =
                target * static_cast<std::size_t>(length()) + static_cast<std::size_t>(column);
            EXPECT_FLOAT_EQ(prediction.prob, row.values.all_of(Measure::kProb)[cell])
                << row.layer << ", " << column;
            EXPECT_FLOAT_EQ(prediction.logit, row.values.all_of(Measure::kLogit)[cell])
                << row.layer << ", " << column;
          }
        }
      }
    }
  }
}

TEST_F(Samples, AreTheSameBeforeAndAfterTheRowIsComputed) {
  const CellQuestion question{.row = 1, .column = 1, .top = vocab(), .continuation = 0};
  const CellDetails before = session_.inspect_cell(question);
  while (!session_.lab().done()) {
    static_cast<void>(session_.lab().step());
  }
  const CellDetails after = session_.inspect_cell(question);
  ASSERT_EQ(before.top.size(), after.top.size());
  for (std::size_t i = 0; i < before.top.size(); ++i) {
    EXPECT_EQ(before.top[i].prob, after.top[i].prob);
  }
}

TEST_F(Samples, AreMeansInTheCorruptedRunsPredictions) {
  const Answer answer = session_.lab().corrupted_answer();
  for (std::size_t target = 0; target < 2; ++target) {
    const TokenId token = experiment_.targets[target].front();
    EXPECT_EQ(answer.prob[token], session_.lab().corrupted().of(Measure::kProb, target));
    EXPECT_EQ(answer.logit[token], session_.lab().corrupted().of(Measure::kLogit, target));
  }
  EXPECT_NEAR(answer.prob.sum(), 1, 1e-5);
  EXPECT_NE(answer.prob, session_.lab().corrupted_answer(0).prob);
}

TEST_F(Samples, AreOneAloneOnlyWhereItIsNamed) {
  const CellQuestion question{.row = 1, .column = 1, .top = 1, .continuation = 3};
  CellQuestion second = question;
  second.sample = 1;
  const Vector logits = session_.lab().cell_logits(0, 1, 1, 1);
  EXPECT_EQ(session_.inspect_cell(second).top.front().logit, logits.maxCoeff());
  EXPECT_NE(session_.inspect_cell(question).top.front().logit, logits.maxCoeff());
  second.sample = kSamples;
  expect_error(ErrorCode::kExperiment, {"sample 3", "0 to 2"},
               [&] { static_cast<void>(session_.inspect_cell(second)); });
}

TEST_F(Samples, AreContinuedTogether) {
  const CellDetails details =
      session_.inspect_cell({.row = 1, .column = 1, .top = 1, .continuation = 4});
  ASSERT_TRUE(details.continued);
  ASSERT_EQ(details.corrupted.size(), 4U);
  // Slowly: the most probable token in the mean of whole runs over the longer prompts.
  ThreadPool pool(1);
  const Gpt2& model = session_.model();
  std::vector<Matrix> prompts;
  for (Index sample = 0; sample < kSamples; ++sample) {
    prompts.push_back(session_.lab().runs().corrupted(sample).embedding());
  }
  for (std::size_t at = 0; at < 4; ++at) {
    Vector sum = Vector::Zero(vocab());
    for (Matrix& prompt : prompts) {
      sum += probabilities(final_logits(model, pool, whole_run(model, pool, prompt, {}), 1).row(0));
      const Index position = prompt.rows();
      prompt.conservativeResize(position + 1, prompt.cols());
      prompt.row(position) = model.embed(std::array{details.corrupted[at]}, position).row(0);
    }
    Index best = 0;
    sum.maxCoeff(&best);
    EXPECT_EQ(details.corrupted[at], best) << "token " << at;
  }
}

TEST_F(Samples, AreNotContinuedWhereTheyAreMany) {
  experiment_.corruption.samples = kMaxContinuedSamples + 1;
  session_.start(experiment_);
  const CellDetails all = session_.inspect_cell({.row = 1, .column = 1, .continuation = 3});
  EXPECT_FALSE(all.continued);
  EXPECT_EQ(all.clean.size(), 3U);
  EXPECT_TRUE(all.patched.empty());
  const CellDetails one =
      session_.inspect_cell({.row = 1, .column = 1, .continuation = 3, .sample = 16});
  EXPECT_EQ(one.patched.size(), 3U);
}

TEST_F(Samples, AreMeansInTheLens) {
  const LogitLens lens = session_.logit_lens(RunName::kCorrupted);
  ThreadPool pool(1);
  const Gpt2& model = session_.model();
  const Index L = session_.config().n_layer;
  for (Index layer = 0; layer < L; ++layer) {
    for (Index position = 0; position < length(); ++position) {
      Vector mean = Vector::Zero(vocab());
      for (Index sample = 0; sample < kSamples; ++sample) {
        const Matrix& stream =
            session_.lab().runs().corrupted(sample).keeping({}).at(layer).resid_post;
        mean += probabilities(
            model.unembed(pool, model.final_norm(pool, stream.middleRows(position, 1))).row(0));
      }
      mean /= static_cast<float>(kSamples);
      const auto cell = static_cast<std::size_t>(layer * length() + position);
      Index top = 0;
      EXPECT_EQ(lens.top_prob[cell], mean.maxCoeff(&top));
      EXPECT_EQ(lens.top[cell], top);
      EXPECT_EQ(lens.prob[static_cast<std::size_t>(L * length()) + cell], mean[11]);
    }
  }
  const LogitLens one = session_.logit_lens(RunName::kCorrupted, 0);
  EXPECT_NE(lens.prob, one.prob);
}

TEST_F(Samples, AreMeansInTheAttentionPatterns) {
  const Matrix mean = session_.attention_patterns(RunName::kCorrupted, 1);
  Matrix sum = session_.attention_patterns(RunName::kCorrupted, 1, 0);
  EXPECT_NE(mean, sum);
  for (Index sample = 1; sample < kSamples; ++sample) {
    sum += session_.attention_patterns(RunName::kCorrupted, 1, sample);
  }
  EXPECT_EQ(mean, Matrix(sum / static_cast<float>(kSamples)));
}

}  // namespace
}  // namespace patchboard
