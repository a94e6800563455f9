// What PyTorch gives, written by tests/golden/make_golden.py.

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "core/session/session.h"

namespace patchboard {
namespace {

using Json = nlohmann::json;

constexpr double kLogitTolerance = 1e-4;
constexpr double kProbTolerance = 1e-5;

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::vector<TokenId>> single_tokens(const std::vector<TokenId>& ids) {
  std::vector<std::vector<TokenId>> targets;
  for (const TokenId id : ids) {
    targets.push_back({id});
  }
  return targets;
}

class Golden : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const std::string folder = std::string(PATCHBOARD_GOLDEN_DIR) + "/" + GetParam();
    session_.begin(read_file(folder + "/config.json"));
    const std::string weights = read_file(folder + "/model.safetensors");
    const auto bytes = std::as_bytes(std::span(weights));
    constexpr std::size_t kPiece = 1009;
    for (std::size_t at = 0; at < bytes.size(); at += kPiece) {
      session_.feed(bytes.subspan(at, std::min(kPiece, bytes.size() - at)));
    }
    session_.finish();
    expected_ = Json::parse(read_file(folder + "/expected.json"));
  }

  void expect_logits(const char* tokens, const char* logits) {
    const auto ids = expected_[tokens].get<std::vector<TokenId>>();
    const auto expected = expected_[logits].get<std::vector<double>>();
    const auto predictions = session_.predict(ids, session_.config().vocab_size);
    ASSERT_EQ(predictions.size(), expected.size());
    for (const Prediction& prediction : predictions) {
      EXPECT_NEAR(prediction.logit, expected[static_cast<std::size_t>(prediction.token)],
                  kLogitTolerance);
    }
  }

  Session session_{2};
  Json expected_;
};

TEST_P(Golden, LogitsEqualPyTorchs) {
  expect_logits("tokens_clean", "logits_clean");
  expect_logits("tokens_corrupted", "logits_corrupted");
}

TEST_P(Golden, TheSweepEqualsOnePyTorchRunAPatch) {
  const auto targets = expected_["targets"].get<std::vector<TokenId>>();
  Lab& lab = session_.start({.clean = expected_["tokens_clean"],
                             .corrupted = expected_["tokens_corrupted"],
                             .targets = single_tokens(targets)});
  const auto T = static_cast<std::size_t>(lab.plan(0).columns());
  while (!lab.done()) {
    const LabRow row = lab.step();
    for (std::size_t target = 0; target < targets.size(); ++target) {
      const Json& prob = expected_["prob"][target][static_cast<std::size_t>(row.layer)];
      const Json& logit = expected_["logit"][target][static_cast<std::size_t>(row.layer)];
      for (std::size_t position = 0; position < T; ++position) {
        EXPECT_NEAR(row.values.of(Measure::kProb, target)[position], prob[position],
                    kProbTolerance);
        EXPECT_NEAR(row.values.of(Measure::kLogit, target)[position], logit[position],
                    kLogitTolerance);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(PyTorch, Golden,
                         ::testing::Values("odd-width", "one-head-untied", "vocabulary-of-three",
                                           "large-epsilon", "erf-by-layer", "relu-unscaled",
                                           "gpt-neo"));

}  // namespace
}  // namespace patchboard
