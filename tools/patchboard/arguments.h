#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/math/packed_matrix.h"
#include "core/text/tokenizer.h"
#include "core/token_id.h"

namespace patchboard {

/// Which model, and how its texts are read.
struct ModelArguments {
  std::string model;       ///< a folder; empty for the embedded model
  std::string tokenizer;   ///< "gpt2" for GPT-2's; empty for the model's own
  std::string activation;  ///< of a model that does not say it; empty for nothing said
  bool json = false;
};

/// What every subcommand that runs a model takes.
struct CommonArguments : ModelArguments {
  int threads = 1;
};

struct PredictArguments : CommonArguments {
  WeightFormat dtype = WeightFormat::kF32;
  std::string text;
  std::vector<TokenId> ids;  ///< in place of text
  PromptOptions prompts;
  int top = 10;
};

/// An experiment, as options or as a document.
struct ExperimentArguments : CommonArguments {
  WeightFormat dtype = WeightFormat::kF32;
  std::string experiment;  ///< a file, in place of all that follows
  std::string clean;
  std::string corrupted;
  bool has_clean = false;  ///< whether it was given, if only as an empty text
  bool has_corrupted = false;
  std::vector<std::string> targets;
  std::vector<std::string> continuations;
  std::vector<TokenId> clean_ids;  ///< in place of clean, and so on
  std::vector<TokenId> corrupted_ids;
  std::vector<TokenId> target_ids;
  PromptOptions prompts;
  std::vector<std::string> sites;
  std::string by_position;  // "", "true", "false" or "pairs"
  std::vector<std::string> directions;
  // Numbers of the document: which of them may be, its reader says.
  std::int64_t window = 1;
  std::int64_t span = 1;
  std::vector<std::int64_t> layers;     ///< first, end
  std::vector<std::int64_t> positions;  ///< first, end
  std::vector<std::int64_t> noise;      ///< positions
  std::optional<double> multiple;
  std::optional<std::int64_t> samples;
  std::optional<std::int64_t> seed;
  bool zero = false;
  std::vector<std::string> mean;  ///< prompts
};

struct PatchArguments : ExperimentArguments {
  std::string attribution;        ///< a metric; empty for none
  bool attribution_only = false;  ///< the exact sweeps are left out
  bool check = false;
  bool passed = true;  ///< what came out of the checks
};

struct CellArguments : ExperimentArguments {
  std::vector<int> at;  ///< layer, column; or layer, head, position
  int top = 10;
  int continuation = 10;  ///< tokens
  int sample = -1;        ///< of noise, one alone; -1 for the mean over all
};

/// The runs of an experiment, or that of a single prompt.
struct RunArguments : ExperimentArguments {
  std::string text;
  bool has_text = false;  ///< whether it was given, if only as an empty text
  std::vector<TokenId> ids;
  int sample = -1;  ///< of noise, one alone; -1 for the mean over all
};

struct AttentionArguments : RunArguments {
  int layer = 0;
  int head = -1;  ///< -1 for all
};

struct NeuronsArguments : RunArguments {
  int layer = 0;
  int position = 0;
  int top = 10;
};

/// Of the experiment, only targets.
struct TemplateArguments : ExperimentArguments {
  std::string text;
};

/// Of the experiment, targets of pairs without any, and what is patched.
struct PairsArguments : ExperimentArguments {
  std::string file;
  std::string normalised;  ///< which mean of shares is printed; empty for changes
};

struct ReplayArguments : CommonArguments {
  std::string file;
  std::string dtype;           ///< empty for the one in the file
  double tolerance = 0;        ///< of probabilities; 0 for the stated one
  double logit_tolerance = 0;  ///< of log_prob, logit and kl; 0 for the stated one
  bool same = true;            ///< what came out
};

struct SynthArguments {
  std::string config;  ///< one of published_configs()
  std::uint32_t seed = 0;
  std::string out;  ///< a folder
};

struct ConvertArguments {
  std::string model;       ///< a folder, or a file
  std::string activation;  ///< as in ModelArguments
  WeightFormat dtype = WeightFormat::kF16;
  std::string to = "safetensors";  ///< or "gguf"
  std::string out;                 ///< another folder, or a .gguf
};

struct BenchArguments : CommonArguments {
  int length = 39;  ///< tokens of the prompts
  int rounds = 5;
};

struct ReportArguments {
  std::vector<std::string> models;  ///< folders; empty for the embedded model
  std::string tokenizer;            ///< as in ModelArguments
  std::string activation;
  int threads = 1;
  bool json = false;
  WeightFormat dtype = WeightFormat::kF32;
};

struct VerifyArguments {
  std::string model;       ///< a folder
  std::string activation;  ///< as in ModelArguments
  std::string known;       ///< a file in place of the embedded known logits; or empty
  int threads = 1;
  bool json = false;
  bool same = true;  ///< what came out
};

}  // namespace patchboard
