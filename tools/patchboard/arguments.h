#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/math/packed_matrix.h"
#include "core/token_id.h"

namespace patchboard {

/// What every subcommand that runs a model takes.
struct CommonArguments {
  std::string model;  ///< a folder; empty for the embedded model
  int threads = 1;
  bool json = false;
};

struct PredictArguments : CommonArguments {
  WeightFormat dtype = WeightFormat::kF32;
  std::string text;
  std::vector<TokenId> ids;  ///< in place of text
  int top = 10;
};

struct PatchArguments : CommonArguments {
  WeightFormat dtype = WeightFormat::kF32;
  std::string clean;
  std::string corrupted;
  std::vector<std::string> targets;
  std::vector<TokenId> clean_ids;  ///< in place of clean, and so on
  std::vector<TokenId> corrupted_ids;
  std::vector<TokenId> target_ids;
};

struct SynthArguments {
  std::string config;  ///< one of published_configs()
  std::uint32_t seed = 0;
  std::string out;  ///< a folder
};

struct ConvertArguments {
  std::string model;  ///< a folder
  WeightFormat dtype = WeightFormat::kF16;
  std::string out;  ///< another
};

struct BenchArguments : CommonArguments {
  int length = 39;  ///< tokens of the prompts
  int rounds = 5;
};

}  // namespace patchboard
