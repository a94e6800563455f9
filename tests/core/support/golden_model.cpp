#include "tests/core/support/golden_model.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>

#include "core/weights/weight_loader.h"

namespace patchboard::testing {
namespace {

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

GoldenModel golden_model(const std::string& folder) {
  const Config config = parse_config(read_file(folder + "/config.json"));
  const std::string weights = read_file(folder + "/model.safetensors");
  WeightLoader loader(config, WeightFormat::kF32);
  loader.feed(std::as_bytes(std::span(weights)));
  return {.model = Gpt2(config, loader.finish()),
          .expected = nlohmann::json::parse(read_file(folder + "/expected.json")),
          .sites = nlohmann::json::parse(read_file(folder + "/sites.json")),
          .pairs = std::filesystem::exists(folder + "/pairs.json")
                       ? nlohmann::json::parse(read_file(folder + "/pairs.json"))
                       : nlohmann::json()};
}

}  // namespace patchboard::testing
