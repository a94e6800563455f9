// Which neurons differ most between the two runs.

#include "core/closer/neurons.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/closer/largest_changes.h"
#include "core/math/activation.h"
#include "core/math/layer_norm.h"
#include "core/patching/whole_run.h"
#include "tests/core/support/expect_error.h"
#include "tests/core/support/golden_model.h"
#include "tests/core/support/loaded_session.h"
#include "tests/core/support/random_model.h"

namespace patchboard {
namespace {

using testing::expect_error;
using testing::LoadedSession;

constexpr Index kSamples = 3;

/// What the neurons say at every position of a layer, slowly: [T, d_mlp].
Matrix whole_activations(const Gpt2& model, const Matrix& embedding, Index layer) {
  ThreadPool pool(1);
  const ActivationCache run = whole_run(model, pool, embedding, {.resid_mid = true});
  const BlockWeights& block = model.weights().h[static_cast<std::size_t>(layer)];
  const Matrix& resid_mid = run.at(layer).resid_mid;
  Matrix normed(resid_mid.rows(), resid_mid.cols());
  for (Index row = 0; row < normed.rows(); ++row) {
    layer_norm(row_values(resid_mid, row), block.ln_2.weight, block.ln_2.bias,
               model.config().layer_norm_epsilon, normed.row(row).data());
  }
  Matrix hidden(normed.rows(), model.config().d_mlp);
  affine(pool, PackedRows(pool, normed), block.mlp_c_fc.weight, block.mlp_c_fc.bias, hidden);
  for (Index row = 0; row < hidden.rows(); ++row) {
    activate(model.config().variant.activation, row_values(hidden, row));
  }
  return hidden;
}

/// Neurons one after the other, the largest that is left each time.
std::vector<NeuronChange> picked(const Vector& clean, const Vector& corrupted, Index count) {
  std::vector<NeuronChange> changes;
  std::vector<bool> taken(static_cast<std::size_t>(clean.size()), false);
  while (std::ssize(changes) < std::min<Index>(count, clean.size())) {
    NeuronChange best{.neuron = -1};
    for (Index neuron = 0; neuron < clean.size(); ++neuron) {
      const float difference = corrupted[neuron] - clean[neuron];
      if (!taken[static_cast<std::size_t>(neuron)] &&
          (best.neuron < 0 || std::abs(difference) > std::abs(best.difference))) {
        best = {neuron, clean[neuron], corrupted[neuron], difference};
      }
    }
    taken[static_cast<std::size_t>(best.neuron)] = true;
    changes.push_back(best);
  }
  return changes;
}

void expect_same(const std::vector<NeuronChange>& a, const std::vector<NeuronChange>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].neuron, b[i].neuron) << i;
    EXPECT_EQ(a[i].clean, b[i].clean) << i;
    EXPECT_EQ(a[i].corrupted, b[i].corrupted) << i;
    EXPECT_EQ(a[i].difference, b[i].difference) << i;
  }
}

class Neurons : public ::testing::TestWithParam<int> {
 protected:
  Neurons() {
    prompts_ = {.clean = session_.encode("Mi Jones x"),
                .corrupted = session_.encode("Mi Smith x"),
                .targets = {{4}}};
    noise_ = prompts_;
    noise_.corrupted.clear();
    noise_.corruption = {.kind = Corruption::Kind::kNoise, .positions = {1}, .samples = kSamples};
  }

  void expect_refused(const NeuronQuestion& question,
                      std::initializer_list<std::string_view> parts) {
    expect_error(ErrorCode::kExperiment, parts,
                 [&] { static_cast<void>(session_.neuron_changes(question)); });
  }

  LoadedSession session_{GetParam()};
  Experiment prompts_;
  Experiment noise_;
};

TEST_P(Neurons, AreThoseOfWholeRunsToTheBit) {
  session_.start(prompts_);
  Runs& runs = session_.lab().runs();
  for (Index layer = 0; layer < session_.config().n_layer; ++layer) {
    const Matrix clean = whole_activations(session_.model(), runs.clean().embedding(), layer);
    const Matrix corrupted =
        whole_activations(session_.model(), runs.corrupted(0).embedding(), layer);
    for (Index position = 0; position < clean.rows(); ++position) {
      const NeuronChanges changes =
          session_.neuron_changes({.layer = layer, .position = position, .count = 7});
      EXPECT_TRUE(changes.finite);
      expect_same(changes.largest, picked(clean.row(position), corrupted.row(position), 7));
    }
  }
}

TEST_P(Neurons, AreMeansOverSamplesOfNoiseUnlessOneIsNamed) {
  session_.start(noise_);
  Runs& runs = session_.lab().runs();
  const Vector clean = whole_activations(session_.model(), runs.clean().embedding(), 1).row(2);
  Vector sum = Vector::Zero(clean.size());
  for (Index sample = 0; sample < kSamples; ++sample) {
    const Vector one =
        whole_activations(session_.model(), runs.corrupted(sample).embedding(), 1).row(2);
    expect_same(
        session_.neuron_changes({.layer = 1, .position = 2, .count = 5, .sample = sample}).largest,
        picked(clean, one, 5));
    sum += one;
  }
  expect_same(session_.neuron_changes({.layer = 1, .position = 2, .count = 5}).largest,
              picked(clean, sum / static_cast<float>(kSamples), 5));
  expect_refused({.sample = kSamples}, {"sample 3", "0 to 2"});
}

TEST_P(Neurons, ComeInTheirOrderWhereNothingDiffers) {
  session_.start(prompts_);
  const std::vector<NeuronChange> first = session_.neuron_changes({.count = 4}).largest;
  ASSERT_EQ(first.size(), 4U);
  for (std::size_t i = 0; i < first.size(); ++i) {
    EXPECT_EQ(first[i].neuron, static_cast<Index>(i));
    EXPECT_EQ(first[i].difference, 0.0F);
  }
}

TEST_P(Neurons, AreAllWhereMoreAreAskedFor) {
  session_.start(prompts_);
  const auto all = session_.neuron_changes({.layer = 2, .position = 1, .count = 1'000'000}).largest;
  EXPECT_EQ(std::ssize(all), session_.config().d_mlp);
  EXPECT_TRUE(session_.neuron_changes({.count = 0}).largest.empty());
}

TEST_P(Neurons, AreRefusedWhereTheyAreNotThere) {
  session_.start(prompts_);
  expect_refused({.layer = 3}, {"layer 3", "0 to 2"});
  expect_refused({.layer = -1}, {"layer -1", "0 to 2"});
  expect_refused({.position = 4}, {"position 4", "0 to 3"});
  Experiment ablation = noise_;
  ablation.corruption = {.kind = Corruption::Kind::kZero};
  ablation.directions = {Direction::kNoising};
  session_.start(ablation);
  expect_refused({}, {"an ablation has no corrupted run", "expected another prompt or noise"});
}

INSTANTIATE_TEST_SUITE_P(Threads, Neurons, ::testing::Values(1, 3));

TEST(LargestChanges, AreInTheOrderOfTheirIndicesWhereTheyAreEqual) {
  Vector before(5);
  Vector after(5);
  before << 1, 2, 3, 4, 5;
  after << 1, 4, 1, 4, 9;
  EXPECT_EQ(largest_changes(before, after, 3), (std::vector<Index>{4, 1, 2}));
  EXPECT_EQ(largest_changes(before, after, 9), (std::vector<Index>{4, 1, 2, 0, 3}));
}

TEST(NeuronChanges, AreNoneWhereActivationsAreNotFinite) {
  constexpr TokenId kLargeToken = 9;
  const Config config = testing::small_config(2, 2, 8, 20);
  reference::PlainWeights weights = testing::random_weights(config, 1);
  weights.wte.row(kLargeToken)[0] = 50;
  // The last layer's first neuron reads the stream's first number alone, and adds nothing. It
  // overflows where that number is normalised to 2.6, which of eight needs all others to be alike.
  reference::PlainBlock& last = weights.h.back();
  last.ln_2.weight.setZero();
  last.ln_2.weight[0] = 0.44F;
  last.ln_2.bias.setZero();
  last.mlp_c_fc.weight(0, 0) = 3e38F;
  last.mlp_c_proj.weight.row(0).setZero();
  const Gpt2 model(config, reference::packed(config, weights));
  ThreadPool pool(1);
  Lab lab(model, pool,
          {.clean = {1, 2, 3, 4}, .corrupted = {1, kLargeToken, 3, 4}, .targets = {{0}}});
  ASSERT_TRUE(lab.corrupted().finite);
  const NeuronChanges there = neuron_changes(model, pool, lab, {.layer = 1, .position = 1});
  EXPECT_FALSE(there.finite);
  EXPECT_TRUE(there.largest.empty());
  const NeuronChanges behind = neuron_changes(model, pool, lab, {.layer = 1, .position = 3});
  EXPECT_TRUE(behind.finite);
  EXPECT_EQ(behind.largest.size(), 10U);
}

class GoldenNeurons : public ::testing::TestWithParam<const char*> {};

TEST_P(GoldenNeurons, EqualPyTorchs) {
  constexpr double kTolerance = 1e-5;
  const testing::GoldenModel golden =
      testing::golden_model(std::string(PATCHBOARD_GOLDEN_DIR) + "/" + GetParam());
  ThreadPool pool(2);
  Lab lab(golden.model, pool,
          {.clean = golden.expected["tokens_clean"],
           .corrupted = golden.expected["tokens_corrupted"],
           .targets = {{0}}});
  ASSERT_FALSE(golden.sites["neurons"].empty());
  for (const nlohmann::json& expected : golden.sites["neurons"]) {
    const auto neurons = expected["neurons"].get<std::vector<Index>>();
    const NeuronChanges changes = neuron_changes(golden.model, pool, lab,
                                                 {.layer = expected["layer"],
                                                  .position = expected["position"],
                                                  .count = std::ssize(neurons)});
    ASSERT_EQ(changes.largest.size(), neurons.size());
    for (std::size_t i = 0; i < neurons.size(); ++i) {
      EXPECT_EQ(changes.largest[i].neuron, neurons[i]) << expected;
      EXPECT_NEAR(changes.largest[i].clean, expected["clean"][i].get<double>(), kTolerance);
      EXPECT_NEAR(changes.largest[i].corrupted, expected["corrupted"][i].get<double>(), kTolerance);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(PyTorch, GoldenNeurons,
                         ::testing::Values("odd-width", "one-head-untied", "vocabulary-of-three",
                                           "large-epsilon"));

}  // namespace
}  // namespace patchboard
