#include "core/closer/self_checks.h"

#include <gtest/gtest.h>

#include <map>

#include "tests/core/support/random_model.h"

namespace patchboard {
namespace {

using testing::random_tokens;

class SelfChecks : public ::testing::Test {
 protected:
  SelfChecks() {
    experiment_.clean = random_tokens(7, 50, 2);
    experiment_.corrupted = experiment_.clean;
    experiment_.corrupted[2] = (experiment_.corrupted[2] + 1) % 50;
    experiment_.targets = {{0}};
    experiment_.directions = {Direction::kDenoising, Direction::kNoising};
  }

  Gpt2 model_with(const std::function<void(reference::PlainWeights&)>& change) const {
    reference::PlainWeights weights = testing::random_weights(config_, 1);
    change(weights);
    return {config_, reference::packed(config_, weights)};
  }

  /// [name]: whether it passed every time, where the checks run `other` in place of the model that
  /// the experiment ran on.
  std::map<std::string, bool> checked_with(const Gpt2& other) {
    Lab lab(model_, pool_, experiment_);
    std::map<std::string, bool> passed;
    for (const SelfCheck& check : self_checks(other, pool_, lab)) {
      passed[check.name] = check.passed && (!passed.contains(check.name) || passed[check.name]);
      EXPECT_EQ(check.passed, check.detail.find("equal to the bit") != std::string::npos)
          << check.detail;
      EXPECT_EQ(!check.passed, check.detail.find("largest difference") != std::string::npos)
          << check.detail;
    }
    return passed;
  }

  Config config_ = testing::small_config(4, 3, 21, 50);
  Gpt2 model_ = model_with([](reference::PlainWeights&) {});
  ThreadPool pool_{2};
  Experiment experiment_;
};

constexpr const char* kItself = "Patched with itself, a run stays as it is";
constexpr const char* kAllDenoised = "Patched everywhere, the corrupted run is the clean one";
constexpr const char* kAllNoised = "Patched everywhere, the clean run is the corrupted one";
constexpr const char* kWhole =
    "The engine's patched run is a whole run with the activation replaced";
constexpr const char* kCone = "Nothing outside the patch's cone changed";

TEST_F(SelfChecks, PassOnTheModelThatTheExperimentRanOn) {
  const std::map<std::string, bool> expected = {
      {kItself, true}, {kAllDenoised, true}, {kAllNoised, true}, {kWhole, true}, {kCone, true}};
  EXPECT_EQ(checked_with(model_), expected);
}

TEST_F(SelfChecks, FailOneByOneWhereThePatchedRunsAreOfALastBlockThatIsAnother) {
  // Only what runs the last block again can tell; below it and left of the patch all is as it was,
  // but for the last block itself, which lies in the cone's layers.
  const Gpt2 other = model_with(
      [](reference::PlainWeights& weights) { weights.h.back().mlp_c_proj.bias[3] += 1e-3F; });
  const std::map<std::string, bool> passed = checked_with(other);
  EXPECT_FALSE(passed.at(kItself));
  EXPECT_FALSE(passed.at(kAllDenoised));
  EXPECT_FALSE(passed.at(kAllNoised));
  EXPECT_FALSE(passed.at(kWhole));
  EXPECT_FALSE(passed.at(kCone));
}

TEST_F(SelfChecks, OfTheConeFailWhereALayerBelowThePatchChanged) {
  const Gpt2 other = model_with(
      [](reference::PlainWeights& weights) { weights.h.front().mlp_c_proj.bias[3] += 1e-3F; });
  const std::map<std::string, bool> passed = checked_with(other);
  EXPECT_FALSE(passed.at(kCone));
  EXPECT_FALSE(passed.at(kWhole));
  EXPECT_TRUE(passed.at(kAllDenoised)) << "which runs the upper half of the blocks alone";
  EXPECT_TRUE(passed.at(kItself));
}

TEST_F(SelfChecks, OfTheWholeRunAloneFailWhereOnlyTheUnembeddingIsAnother) {
  const Gpt2 other =
      model_with([](reference::PlainWeights& weights) { weights.ln_f.bias[3] += 1e-3F; });
  const std::map<std::string, bool> expected = {
      {kItself, true}, {kAllDenoised, true}, {kAllNoised, true}, {kWhole, false}, {kCone, true}};
  EXPECT_EQ(checked_with(other), expected);
}

}  // namespace
}  // namespace patchboard
