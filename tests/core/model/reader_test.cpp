#include "core/model/reader.h"

#include <gtest/gtest.h>

#include "core/patching/whole_run.h"
#include "tests/core/reference/naive_gpt2.h"
#include "tests/core/support/gradients.h"
#include "tests/core/support/random_model.h"

namespace patchboard {
namespace {

using testing::Gradients;
using testing::random_matrix;

constexpr Index kLayers = 3;
constexpr Index kHeads = 3;
constexpr Index kWidth = 21;
constexpr Index kLength = 5;
constexpr Index kVocabulary = 17;
const Kept kEverything = kept_of_all();

Span only(Index at) { return {.first = at, .count = 1}; }

class Readers : public ::testing::Test {
 protected:
  Readers() {
    for (Index layer = 0; layer < kLayers; ++layer) {
      for (const Reader& reader : head_readers(layer, kHeads)) {
        all_.push_back(reader);
      }
      all_.push_back({.kind = Reader::Kind::kMlp, .layer = layer});
    }
    all_.push_back({.kind = Reader::Kind::kLogits});
  }

  [[nodiscard]] ActivationCache run(std::span<const Edit> edits,
                                    std::span<const OwnInput> inputs = {}) {
    return whole_run(model_, pool_, embedding_, kEverything, edits, inputs);
  }
  [[nodiscard]] Matrix logits(const ActivationCache& run, std::span<const OwnInput> inputs = {}) {
    return final_logits(model_, pool_, run, kLength, inputs);
  }
  /// A run in which a layer's stream is another.
  [[nodiscard]] ActivationCache run_with(Site site, Index layer, const Matrix& stream) {
    ActivationCache source = whole_run(model_, pool_, embedding_, kEverything);
    if (site == Site::kResidMid) {
      source.at(layer).resid_mid = stream;
    } else {
      (layer == 0 ? source.embedding : source.at(layer - 1).resid_post) = stream;
    }
    const Edit edit{
        .patch = {.site = site, .layers = only(layer), .positions = {.first = 0, .count = kLength}},
        .source = &source};
    return run({&edit, 1});
  }
  void expect_equal(const ActivationCache& a, const ActivationCache& b) {
    for (Index layer = 0; layer < kLayers; ++layer) {
      EXPECT_EQ(a.at(layer).resid_post, b.at(layer).resid_post) << "layer " << layer;
    }
    EXPECT_EQ(logits(a), logits(b));
  }

  ThreadPool pool_{2};
  Config config_ = testing::small_config(kLayers, kHeads, kWidth, kVocabulary);
  Gpt2 model_{config_, reference::packed(config_, testing::random_weights(config_, 1))};
  std::vector<TokenId> tokens_ = testing::random_tokens(kLength, kVocabulary, 2);
  Matrix embedding_ = model_.embed(tokens_);
  Matrix other_ = random_matrix(kLength, kWidth, 3);
  std::vector<Reader> all_;
};

TEST_F(Readers, ThatReadACopyOfTheRunsOwnStreamChangeNothing) {
  const ActivationCache base = run({});
  std::vector<OwnInput> inputs;
  for (const Reader& reader : all_) {
    const Matrix& own = reader.kind == Reader::Kind::kLogits ? base.h.back().resid_post
                        : reader.kind == Reader::Kind::kMlp  ? base.at(reader.layer).resid_mid
                                                             : base.resid_pre(reader.layer);
    inputs.push_back({.reader = reader, .resid = &own});
  }
  const ActivationCache same = run({}, inputs);
  expect_equal(same, base);
  EXPECT_EQ(logits(same, inputs), logits(base));
}

TEST_F(Readers, OfAnotherStreamInAHeadsAreThatHeadsValuesOfItPatched) {
  for (const Reader& reader : head_readers(1, kHeads)) {
    const OwnInput input{.reader = reader, .resid = &other_};
    const ActivationCache source = run_with(Site::kResidPre, 1, other_);
    const Site site = reader.kind == Reader::Kind::kQ   ? Site::kQ
                      : reader.kind == Reader::Kind::kK ? Site::kK
                                                        : Site::kV;
    const Edit edit{.patch = {.site = site,
                              .layers = only(1),
                              .heads = only(reader.head),
                              .positions = {.first = 0, .count = kLength}},
                    .source = &source};
    const ActivationCache patched = run({&edit, 1});
    expect_equal(run({}, {&input, 1}), patched);
    EXPECT_NE(logits(patched), logits(run({})));
  }
}

TEST_F(Readers, OfAnotherStreamInAnMlpAreItsOutputPatched) {
  const OwnInput input{.reader = {.kind = Reader::Kind::kMlp, .layer = 1}, .resid = &other_};
  const ActivationCache source = run_with(Site::kResidMid, 1, other_);
  const Edit edit{.patch = {.site = Site::kMlpOut,
                            .layers = only(1),
                            .positions = {.first = 0, .count = kLength}},
                  .source = &source};
  expect_equal(run({}, {&input, 1}), run({&edit, 1}));
}

TEST_F(Readers, OfAnotherStreamInTheLogitsAreItsLogits) {
  const OwnInput input{.reader = {.kind = Reader::Kind::kLogits}, .resid = &other_};
  const ActivationCache base = run({}, {&input, 1});
  expect_equal(base, run({}));
  EXPECT_EQ(logits(base, {&input, 1}), model_.unembed(pool_, model_.final_norm(pool_, other_)));
}

TEST_F(Readers, TogetherWithTheSkipHaveTheStreamsGradient) {
  const ActivationCache base = run({});
  const Gradients gradients(model_, pool_, base, random_matrix(1, kVocabulary, 4));
  std::vector<Matrix> of_heads(kLayers, Matrix::Zero(kLength, kWidth));
  std::vector<Matrix> of_mlps = of_heads;
  for (const auto& [reader, gradient] : gradients.of_readers()) {
    const auto layer = static_cast<std::size_t>(reader.layer);
    if (reader.kind == Reader::Kind::kLogits) {
      EXPECT_EQ(gradient, gradients.of(Site::kResidPost, kLayers - 1));
    } else {
      (reader.kind == Reader::Kind::kMlp ? of_mlps : of_heads)[layer] += gradient;
    }
  }
  for (Index layer = 0; layer < kLayers; ++layer) {
    const Matrix& pre = gradients.of(Site::kResidPre, layer);
    const Matrix& mid = gradients.of(Site::kResidMid, layer);
    const Matrix& post = gradients.of(Site::kResidPost, layer);
    const auto at = static_cast<std::size_t>(layer);
    EXPECT_LE((mid + of_heads[at] - pre).norm(), 1e-5F * pre.norm());
    EXPECT_LE((post + of_mlps[at] - mid).norm(), 1e-5F * mid.norm());
    EXPECT_GT(of_heads[at].norm(), 1e-3F * pre.norm());
    EXPECT_GT(of_mlps[at].norm(), 1e-3F * mid.norm());
  }
}

/// Also where some readers read something else than the others.
TEST_F(Readers, HaveTheGradientsOfFiniteDifferences) {
  const std::vector<OwnInput> some = {
      {.reader = {.kind = Reader::Kind::kQ, .layer = 1, .head = 2}, .resid = &other_},
      {.reader = {.kind = Reader::Kind::kK, .layer = 0, .head = 0}, .resid = &other_},
      {.reader = {.kind = Reader::Kind::kV, .layer = 2, .head = 1}, .resid = &other_},
      {.reader = {.kind = Reader::Kind::kMlp, .layer = 1}, .resid = &other_}};
  std::vector<OwnInput> with_logits = some;
  with_logits.push_back({.reader = {.kind = Reader::Kind::kLogits}, .resid = &other_});
  const reference::PlainWeights weights = reference::unpacked(config_, model_.weights());
  const Matrix d_logits = random_matrix(1, kVocabulary, 4);
  for (const std::vector<OwnInput>& inputs : {std::vector<OwnInput>{}, some, with_logits}) {
    const auto value = [&](const reference::Nudge& nudge) {
      const auto naive =
          reference::naive_forward(config_, weights, tokens_, std::nullopt, nudge, inputs);
      double sum = 0;
      for (Index token = 0; token < kVocabulary; ++token) {
        sum +=
            static_cast<double>(d_logits(0, token)) * naive.logits[static_cast<std::size_t>(token)];
      }
      return sum;
    };
    const Gradients gradients(model_, pool_, run({}, inputs), d_logits, inputs);
    ASSERT_EQ(gradients.of_readers().size(), all_.size());
    for (const auto& [reader, gradient] : gradients.of_readers()) {
      const double tolerance = 1e-4 * static_cast<double>(gradient.cwiseAbs().maxCoeff()) + 1e-5;
      for (Index i = 0; i < gradient.size(); i += 7) {
        reference::Nudge nudge{.row = i / kWidth, .col = i % kWidth, .by = 1e-5, .reader = reader};
        const double above = value(nudge);
        nudge.by = -nudge.by;
        EXPECT_NEAR(gradient(nudge.row, nudge.col), (above - value(nudge)) / 2e-5, tolerance)
            << "kind " << static_cast<int>(reader.kind) << ", layer " << reader.layer << ", head "
            << reader.head;
      }
    }
  }
}

}  // namespace
}  // namespace patchboard
