#include <iomanip>
#include <iostream>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "tools/patchboard/commands.h"
#include "tools/patchboard/experiment_input.h"
#include "tools/patchboard/heatmap.h"
#include "tools/patchboard/json_text.h"
#include "tools/patchboard/saved_result.h"
#include "tools/patchboard/session_input.h"

namespace patchboard {
namespace {

using Json = nlohmann::ordered_json;

/// A run's patterns, or the difference of two: [n_head · T, T].
struct NamedPatterns {
  std::string name;
  Matrix patterns;
};

Matrix of_head(const Matrix& patterns, Index head) {
  return patterns.middleRows(head * patterns.cols(), patterns.cols());
}

void require_below(const char* name, Index value, Index count) {
  if (value >= count) {
    throw Error(ErrorCode::kExperiment, std::string(name) + ": " + std::to_string(value) +
                                            ", expected 0 to " + std::to_string(count - 1));
  }
}

std::vector<Index> heads_of(const AttentionArguments& arguments, const Config& config) {
  require_below("--layer", arguments.layer, config.n_layer);
  require_below("--head", arguments.head, config.n_head);
  if (arguments.head >= 0) {
    return {arguments.head};
  }
  std::vector<Index> heads(static_cast<std::size_t>(config.n_head));
  std::iota(heads.begin(), heads.end(), Index{0});
  return heads;
}

std::vector<NamedPatterns> patterns_of(Session& session, Index layer, std::optional<Index> sample) {
  std::vector<NamedPatterns> all;
  for (const NamedRun& run : runs_of(session.lab())) {
    const bool is_clean = run.run == RunName::kClean;
    all.push_back(
        {.name = run.name,
         .patterns = session.attention_patterns(run.run, layer, is_clean ? std::nullopt : sample)});
  }
  if (all.size() == 2) {
    all.push_back({.name = "difference", .patterns = all[1].patterns - all[0].patterns});
  }
  return all;
}

}  // namespace

void run_attention(const AttentionArguments& arguments) {
  Session session(arguments.threads, usable_memory());
  static_cast<void>(start_runs(session, arguments));
  const Lab& lab = session.lab();
  const std::vector<Index> heads = heads_of(arguments, session.config());
  const std::optional<Index> sample = sample_named(lab, arguments.sample);
  const std::vector<NamedPatterns> all = patterns_of(session, arguments.layer, sample);
  if (arguments.json) {
    Json patterns = Json::object();
    for (const NamedPatterns& run : all) {
      patterns[run.name] = Json::array();
      for (const Index head : heads) {
        patterns[run.name].push_back(matrix_json(of_head(run.patterns, head)));
      }
    }
    Json json = {{"model", model_json(session, arguments)}, {"tokens", prompts_json(session, lab)}};
    json.update(samples_json(lab, sample));
    json["layer"] = arguments.layer;
    json["heads"] = heads;
    json["patterns"] = patterns;
    print_json(json);
    return;
  }
  std::cout << std::setprecision(4);
  for (const Index head : heads) {
    for (const NamedPatterns& run : all) {
      const bool last = head == heads.back() && &run == &all.back();
      print_heatmap(
          std::cout,
          {.title = "layer " + std::to_string(arguments.layer) + ", head " + std::to_string(head) +
                    ", " + (run.name == "difference" ? "corrupted - clean" : run.name) +
                    (run.name == "clean" ? "" : sample_title(lab, sample)) +
                    ": queries down, keys across",
           .values = of_head(run.patterns, head),
           .tokens = last ? token_labels(session, lab.experiment()) : std::vector<std::string>()},
          in_colour());
    }
  }
}

}  // namespace patchboard
