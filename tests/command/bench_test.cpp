#include <gtest/gtest.h>

#include "tests/command/run_command.h"

namespace patchboard::testing {
namespace {

using Json = nlohmann::json;

const Arguments kShort = {"bench", "--rounds", "1", "--length", "3", "--threads", "2"};

// One run for both: the products that are timed take a sanitizer seconds.
TEST(BenchCommand, TimesTheGemmAndSweepsInEveryFormat) {
  const Json result = run_json(kShort);
  const Json& kernels = result.at("kernels");
  EXPECT_GT(kernels.at("peak_gflops"), 0);
  EXPECT_EQ(keys_of(kernels.at("gemm")), (Arguments{"f16", "f32", "q8_0"}));
  for (const Json& gemm : kernels.at("gemm")) {
    EXPECT_GT(gemm.at("gflops"), 0);
    EXPECT_GT(gemm.at("times_eigen"), 0);
  }
  EXPECT_TRUE(kernels.at("few_rows").contains("16"));
  const Json& sweeps = result.at("sweeps");
  EXPECT_EQ(sweeps.at("length"), 3);
  std::vector<std::pair<std::string, int>> settings;
  for (const Json& setting : sweeps.at("settings")) {
    settings.emplace_back(setting.at("dtype"), setting.at("threads"));
    EXPECT_GT(setting.at("seconds"), 0);
  }
  const std::vector<std::pair<std::string, int>> expected = {
      {"f32", 2}, {"f32", 1}, {"f16", 2}, {"q8_0", 2}};
  EXPECT_EQ(settings, expected);
}

TEST(BenchCommand, PrintsALineForEachWithoutJson) {
  const CommandResult result = run_command(kShort);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_NE(result.out.find("times Eigen's"), std::string::npos) << result.out;
  EXPECT_NE(result.out.find("whole sweep of 3 tokens"), std::string::npos) << result.out;
}

TEST(BenchCommand, RefusesMorePositionsThanTheModelHas) {
  const CommandResult result =
      run_command({"bench", "--rounds", "1", "--length", "9999", "--threads", "2"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_NE(result.err.find("9999"), std::string::npos) << result.err;
}

}  // namespace
}  // namespace patchboard::testing
