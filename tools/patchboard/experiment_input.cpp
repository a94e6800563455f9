#include "tools/patchboard/experiment_input.h"

#include <algorithm>
#include <optional>

#include "core/error.h"
#include "core/input/input_value.h"
#include "core/prompts/token_repair.h"
#include "tools/patchboard/experiment_options.h"
#include "tools/patchboard/notes.h"
#include "tools/patchboard/session_input.h"
#include "tools/patchboard/weight_formats.h"
#include "tools/patchboard/written_json.h"

namespace patchboard {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kRepairsShown = 3;

/// "; for example, …", or nothing where these are not two texts of different lengths.
std::string repairs_of(const Session& session, const std::string& document) {
  const InputValue json =
      InputValue::parse(document, {.code = ErrorCode::kExperiment, .name = "experiment"});
  const std::optional<InputValue> clean = json.find("clean");
  const std::optional<InputValue> corrupted = json.find("corrupted");
  if (!clean || !clean->is_text() || !corrupted || !corrupted->is_text()) {
    return "";
  }
  const PromptOptions options = read_prompt_options(document);
  const auto encode = [&](std::string_view text) {
    return session.encode(text, options.special_tokens);
  };
  const auto token_text = [&](TokenId id) { return session.token_text(id); };
  const RepairReport report =
      repair_lengths(clean->text(), corrupted->text(), {}, encode, token_text);
  const auto longest =
      static_cast<std::size_t>(session.config().n_positions) - (options.bos ? 1 : 0);
  if (std::min(report.clean_tokens, report.corrupted_tokens) == 0 ||
      std::max(report.clean_tokens, report.corrupted_tokens) > longest) {
    return "";  // something else is wrong
  }
  std::string text;
  for (std::size_t i = 0; i < std::min(report.repairs.size(), kRepairsShown); ++i) {
    text += (i == 0 ? "; for example, " : "; or ") + report.repairs[i].explanation;
  }
  return text;
}

void start_or_repair(Session& session, const std::string& document) {
  try {
    session.start(read_experiment(document, session.text_reader()));
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kPrompt) {
      throw;
    }
    throw Error(error.code(), error.what() + repairs_of(session, document));
  }
  print_notes(session, {{.name = "", .document = document}});
}

/// Loads the model once the document's form is in order. Returns the document, to be written again.
Json start_document(Session& session, const ExperimentArguments& arguments,
                    const std::string& document) {
  load_model(session, arguments, arguments.dtype, has_text(document));
  start_or_repair(session, document);
  return written_again(document, {.code = ErrorCode::kExperiment, .name = "experiment"});
}

/// The most probable token after each prompt of a document.
Json likeliest(Session& session, const Json& document) {
  const Experiment experiment = read_experiment(document.dump(), session.text_reader());
  Json targets = Json::array();
  for (const std::vector<TokenId>& prompt : {experiment.clean, experiment.corrupted}) {
    if (!prompt.empty() || targets.empty()) {  // an empty one is refused, where it is needed
      const Json token = session.predict(prompt, 1).front().token;
      if (std::ranges::find(targets, token) == targets.end()) {
        targets.push_back(token);
      }
    }
  }
  return targets;
}

/// A prompt of one's own, as the clean run of an experiment.
Json prompt_document(const RunArguments& arguments) {
  if (!arguments.experiment.empty() || arguments.has_clean || !arguments.clean_ids.empty()) {
    throw Error(ErrorCode::kExperiment,
                "a single prompt (--text or --ids) and an experiment (--experiment, --clean or "
                "--clean-ids) exclude each other");
  }
  Json document = {{"patchboard", 1},
                   {"clean", arguments.ids.empty() ? Json(arguments.text) : Json(arguments.ids)},
                   {"corruption", {{"kind", "zero"}}}};
  put_prompt_keys(arguments.prompts, document);
  if (Json targets = targets_json(arguments); !targets.empty()) {
    document["targets"] = std::move(targets);
  }
  return document;
}

}  // namespace

Json start_experiment(Session& session, const ExperimentArguments& arguments) {
  return start_document(session, arguments, experiment_text(arguments));
}

Json start_runs(Session& session, const RunArguments& arguments) {
  const bool is_prompt = arguments.has_text || !arguments.ids.empty();
  if (!is_prompt && !arguments.experiment.empty()) {
    return start_experiment(session, arguments);
  }
  Json document =
      is_prompt ? prompt_document(arguments) : options_document(arguments, TargetUse::kOptional);
  if (document.contains("targets")) {
    return start_document(session, arguments, document.dump());
  }
  document["targets"] = {0};  // until the model says which
  load_model(session, arguments, arguments.dtype, has_text(document.dump()));
  document["targets"] = likeliest(session, document);
  start_or_repair(session, document.dump());
  return document;
}

std::vector<NamedRun> runs_of(const Lab& lab) {
  std::vector<NamedRun> runs = {{.run = RunName::kClean, .name = "clean"}};
  if (!lab.experiment().corruption.is_ablation()) {
    runs.push_back({.run = RunName::kCorrupted, .name = "corrupted"});
  }
  return runs;
}

std::optional<Index> sample_named(const Lab& lab, int argument) {
  if (argument < 0) {
    return std::nullopt;
  }
  if (lab.experiment().corruption.kind != Corruption::Kind::kNoise) {
    throw Error(ErrorCode::kExperiment,
                "--sample: the corruption is not noise, which alone has samples");
  }
  if (argument >= lab.samples()) {
    throw Error(ErrorCode::kExperiment, "--sample: " + std::to_string(argument) +
                                            ", expected 0 to " + std::to_string(lab.samples() - 1));
  }
  return argument;
}

std::string sample_title(const Lab& lab, std::optional<Index> sample) {
  const std::string all = std::to_string(lab.samples());
  if (sample) {
    return ", sample " + std::to_string(*sample) + " (of " + all + ", from 0)";
  }
  return lab.samples() > 1 ? ", mean over " + all + " samples" : "";
}

Json samples_json(const Lab& lab, std::optional<Index> sample) {
  Json json = Json::object();
  if (lab.experiment().corruption.kind == Corruption::Kind::kNoise) {
    json["samples"] = lab.samples();
  }
  if (sample) {
    json["sample"] = *sample;
  }
  return json;
}

Json model_json(const Session& session, const ExperimentArguments& arguments) {
  const auto format = std::ranges::find_if(
      weight_formats(), [&](const auto& named) { return named.second == arguments.dtype; });
  Json json = {{"id", arguments.model.empty() ? "embedded" : arguments.model},
               {"dtype", format->first},
               {"digest", session.fingerprint()}};
  if (!arguments.tokenizer.empty()) {
    json["tokenizer"] = arguments.tokenizer;
  }
  return json;
}

std::vector<std::string> token_labels(const Session& session, const Experiment& experiment) {
  std::vector<std::string> labels;
  for (std::size_t position = 0; position < experiment.clean.size(); ++position) {
    const TokenId clean = experiment.clean[position];
    const TokenId corrupted = experiment.corrupted.empty() ? clean : experiment.corrupted[position];
    labels.push_back(shown(session, clean) +
                     (clean == corrupted ? "" : " / " + shown(session, corrupted)));
  }
  return labels;
}

std::vector<std::string> column_labels(const Session& session, const Lab& lab, Index sweep) {
  const SweepPlan& plan = lab.plan(sweep);
  std::vector<std::string> labels;
  switch (plan.axes()) {
    case SweepPlan::Axes::kPosition:
    case SweepPlan::Axes::kHeadPosition:
    case SweepPlan::Axes::kHeadQueryKey:
      return token_labels(session, lab.experiment());
    case SweepPlan::Axes::kHead:
      for (Index head = 0; head < plan.columns(); ++head) {
        labels.push_back("head " + std::to_string(head));
      }
      break;
  }
  return labels;
}

std::vector<std::string> row_labels(const SweepPlan& plan) {
  std::vector<std::string> labels;
  labels.reserve(static_cast<std::size_t>(plan.rows()));
  for (Index row = 0; row < plan.rows(); ++row) {
    labels.push_back(plan.row_name(row));
  }
  return labels;
}

std::string sweep_title(const SweepPlan& plan) {
  return std::string(site_name(plan.settings().site)) + ", " +
         std::string(direction_name(plan.settings().direction));
}

std::string axes_title(const SweepPlan& plan) {
  const bool denoising = plan.settings().direction == Direction::kDenoising;
  std::string_view across = "positions";
  if (plan.axes() == SweepPlan::Axes::kHead) {
    across = "heads";
  } else if (plan.axes() == SweepPlan::Axes::kHeadQueryKey) {
    across = "the strongest pairs of a query and a key";
  }
  return std::string("patched - ") + (denoising ? "corrupted, " : "clean, ") +
         (plan.rows_are_heads() ? "heads of layers" : "layers") + " down, " + std::string(across) +
         " across";
}

}  // namespace patchboard
