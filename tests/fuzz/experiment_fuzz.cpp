// An experiment's document with its run: what is taken is computed, and cells of it are compared
// with whole patched runs.

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/patching/whole_run.h"
#include "tests/fuzz/fuzz_entry.h"
#include "tests/fuzz/tiny_model.h"

namespace patchboard::fuzz {
namespace {

// What takes longer is left to the tests; the fuzzer shall try much.
constexpr Index kMostSamples = 3;
constexpr std::size_t kMostTargets = 6;

using Json = nlohmann::json;

const Kept kAll = kept_of_all();

bool is_little(const Experiment& experiment) {
  return experiment.corruption.samples <= kMostSamples &&
         experiment.targets.size() <= kMostTargets && experiment.corruption.prompts.size() <= 3;
}

/// Whether the numbers are those of the JSON array; a text says others.
template <typename Number>
bool are_of(const std::vector<Number>& numbers, const Json& json) {
  return !json.is_array() || json == Json(numbers);
}

/// Whether a prompt's ids are those of the JSON array, behind the token that begins all where
/// `has_bos`.
bool is_prompt_of(std::vector<TokenId> ids, const Json& json, bool has_bos) {
  if (has_bos && !ids.empty()) {
    ids.erase(ids.begin());
  }
  return are_of(ids, json);
}

bool is_of(Index number, const Json& object, const char* key) {
  return !object.contains(key) || object[key] == Json(number);
}

bool is_of(const Span& span, const Json& bounds) {
  return bounds == Json::array({span.first, span.end()});
}

bool is_of(const Corruption& corruption, const Json& json, bool has_bos) {
  if (corruption.kind == Corruption::Kind::kNoise) {
    auto positions = json["positions"].get<std::vector<std::uint64_t>>();
    std::ranges::sort(positions);
    return are_of(corruption.positions, Json(positions)) &&
           is_of(corruption.samples, json, "samples") &&
           (!json.contains("seed") || json["seed"] == Json(corruption.seed));
  }
  for (std::size_t i = 0; i < corruption.prompts.size(); ++i) {
    if (!is_prompt_of(corruption.prompts[i], json["prompts"][i], has_bos)) {
      return false;
    }
  }
  return true;
}

/// Whether each site is patched in the layers that its entry says, or in all.
bool are_layers_of(const Experiment& experiment, const Json& sites) {
  return std::ranges::all_of(sites, [&](const Json& entry) {
    const Json& name = entry.is_object() ? entry["site"] : entry;
    const auto site = std::ranges::find_if(
        experiment.sites, [&](Site each) { return name == Json(site_name(each)); });
    if (site == experiment.sites.end()) {
      return false;
    }
    const std::optional<Span> layers = experiment.layers_of(*site);
    return layers ? entry.is_object() && is_of(*layers, entry["layers"]) : entry.is_string();
  });
}

/// Whether no number is another one than the document says.
bool is_of(const Experiment& experiment, const Json& json) {
  for (std::size_t i = 0; i < experiment.targets.size(); ++i) {
    const Json& target = json["targets"][i];
    if (target.is_number() && target != Json(experiment.targets[i].front())) {
      return false;
    }
    if (target.is_object() && !are_of(experiment.targets[i], target["continuation"])) {
      return false;
    }
  }
  if (experiment.region && !(is_of(experiment.region->layers, json["region"]["layers"]) &&
                             is_of(experiment.region->positions, json["region"]["positions"]))) {
    return false;
  }
  if (json.contains("sites") && !are_layers_of(experiment, json["sites"])) {
    return false;
  }
  const bool has_bos = json.contains("bos") && json["bos"].get<bool>();
  return is_prompt_of(experiment.clean, json["clean"], has_bos) &&
         (experiment.corrupted.empty() ||
          is_prompt_of(experiment.corrupted, json["corrupted"], has_bos)) &&
         is_of(experiment.window, json, "window") && is_of(experiment.span, json, "span") &&
         (!json.contains("corruption") ||
          is_of(experiment.corruption, json["corruption"], has_bos));
}

/// The logits of the run with the patch, as plainly as it can be computed.
Vector whole_logits(Lab& lab, const SweepSettings& settings, const Patch& patch) {
  Runs& runs = lab.runs();
  const ActivationCache& source = runs.source(settings.direction, 0, kAll);
  const ActivationCache& base = runs.base(settings.direction, 0, {});
  const Edit edit{.patch = patch, .source = &source};
  const ActivationCache run = whole_run(tiny_model(), one_thread(), base.embedding, {}, {&edit, 1});
  return final_logits(tiny_model(), one_thread(), run, 1).row(0);
}

/// column: of the row, any number.
void compare_with_whole_run(Lab& lab, const LabRow& row, std::size_t column) {
  const SweepPlan& plan = lab.plan(row.sweep);
  const Index index = plan.row(row.layer, row.head);
  const auto columns = static_cast<std::size_t>(plan.columns());
  column %= columns;
  const auto at = static_cast<Index>(column);
  const bool in_region = plan.in_region(lab.region(row.sweep), index, at);
  require((row.computed[column] != 0) == in_region, "the cells of the region are computed");
  if (!in_region || lab.samples() > 1) {
    return;
  }
  const Vector logits = whole_logits(lab, plan.settings(), plan.patch(index, at));
  for (std::size_t target = 0; target < lab.experiment().targets.size(); ++target) {
    const std::vector<TokenId>& tokens = lab.experiment().targets[target];
    if (tokens.size() == 1) {
      const float logit = row.values.of(Measure::kLogit, target)[column];
      require(row.not_finite[column] != 0 ? std::isnan(logit) : logit == logits[tokens.front()],
              "a cell is a whole patched run, or said not to be finite");
    }
  }
}

void look_closer(Session& session, std::size_t choice) {
  Lab& lab = session.lab();
  const Index sweep = static_cast<Index>(choice % lab.sweeps().size());
  const SweepPlan& plan = lab.plan(sweep);
  const auto row = static_cast<Index>(choice / 7 % static_cast<std::size_t>(plan.rows()));
  const auto column = static_cast<Index>(choice / 11 % static_cast<std::size_t>(plan.columns()));
  static_cast<void>(session.inspect_cell(
      {.sweep = sweep, .row = row, .column = column, .top = 3, .continuation = 2}));
  for (const RunName run : {RunName::kClean, RunName::kCorrupted}) {
    static_cast<void>(session.attention_patterns(run, 1));
    static_cast<void>(session.logit_lens(run));
  }
  if (!lab.experiment().corruption.is_ablation()) {
    const auto position = static_cast<Index>(choice / 13 % lab.experiment().clean.size());
    static_cast<void>(session.neuron_changes({.layer = 1, .position = position, .count = 3}));
  }
}

}  // namespace

void run(std::string_view input) {
  const auto document = parts(input, 2);
  Session& session = tiny_session();
  // So that what an input does depends on nothing before it.
  session.start(Experiment{.clean = {1}, .corrupted = {2}, .targets = {{3}}});
  Experiment experiment = read_experiment(document[0], session.text_reader());
  if (!is_little(experiment)) {
    return;
  }
  require(is_of(experiment, Json::parse(document[0])), "numbers are read as they are written");
  const std::size_t choice = hash_of(input);
  Lab& lab = session.start(std::move(experiment));
  require(lab.experiment().window <= tiny_model().config().n_layer,
          "a window has as many layers as it says");
  for (std::size_t rows = 0; !lab.done(); ++rows) {
    const LabRow row = lab.step();
    require(lab.layers(row.sweep).holds(row.layer), "rows are of the layers that are asked for");
    if (rows % 5 == choice % 5) {
      compare_with_whole_run(lab, row, choice / 5 + rows);
    }
  }
  look_closer(session, choice);
  if (!document[1].empty()) {
    static_cast<void>(session.estimates(document[1]));
  }
}

}  // namespace patchboard::fuzz
