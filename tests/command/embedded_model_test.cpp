// The command without --model.

#include <gtest/gtest.h>

#include "tests/command/run_command.h"

namespace patchboard {
namespace {

using testing::run_json;
using Json = nlohmann::json;

// The report's basic example.
constexpr const char* kClean = "Michelle Jones was a top-notch student. Michelle";
constexpr const char* kCorrupted = "Michelle Smith was a top-notch student. Michelle";

TEST(EmbeddedModel, RecallsTheSurname) {
  EXPECT_EQ(run_json({"predict", "--text", kClean})["top"][0]["text"], " Jones");
  EXPECT_EQ(run_json({"predict", "--text", kCorrupted})["top"][0]["text"], " Smith");
}

TEST(EmbeddedModel, ShowsWhereTheSurnameIsCarried) {
  const Json json =
      run_json({"patch", "--clean", kClean, "--corrupted", kCorrupted, "--target", " Jones"});
  const auto prob = json["results"]["sweeps"][0]["prob"][0].get<std::vector<std::vector<double>>>();
  const double clean = json["results"]["clean"]["prob"][0];
  const double corrupted = json["results"]["corrupted"]["prob"][0];
  EXPECT_GT(clean, 0.5);
  EXPECT_LT(corrupted, 0.1);
  EXPECT_GT(prob.front()[1], 0.5) << "the surname's own position, in the first layer";
  EXPECT_NEAR(prob.back().back(), clean, 1e-5) << "the last position, in the last layer";
  for (const auto& row : prob) {
    EXPECT_EQ(row.front(), corrupted) << "before the first difference";
  }
}

TEST(EmbeddedModel, TakesIds) { EXPECT_EQ(run_json({"predict", "--ids", "0"})["top"].size(), 10U); }

}  // namespace
}  // namespace patchboard
