#include "wasm/js_values.h"

#include <utility>

namespace patchboard::js {
namespace {

constexpr Index kTopPredictions = 10;

ArrayOf<Target> targets_of(const Session& session,
                           const std::vector<std::vector<TokenId>>& targets) {
  std::vector<Target> values;
  for (const std::vector<TokenId>& target : targets) {
    std::string text;
    for (const TokenId token : target) {
      text += session.token_text(token);
    }
    values.push_back({.text = text, .tokens = tokens_of(session, target)});
  }
  return ArrayOf<Target>(values);
}

ArrayOf<SweepInfo> sweeps_of(const Lab& lab) {
  std::vector<SweepInfo> sweeps;
  for (Index i = 0; i < std::ssize(lab.sweeps()); ++i) {
    const SweepPlan& plan = lab.plan(i);
    sweeps.push_back({.site = SiteName(site_name(plan.settings().site)),
                      .direction = DirectionName(direction_name(plan.settings().direction)),
                      .axes = AxesName(axes_name(plan.axes())),
                      .rows = static_cast<double>(plan.rows()),
                      .columns = static_cast<double>(plan.columns()),
                      .first_layer = static_cast<double>(lab.layers(i).first),
                      .end_layer = static_cast<double>(lab.layers(i).end()),
                      .block_rows = lab.block_rows(i)});
  }
  return ArrayOf<SweepInfo>(sweeps);
}

}  // namespace

Token token_of(const Session& session, TokenId id) {
  return {.id = id, .text = id == kNoToken ? "(not finite)" : session.token_text(id)};
}

ArrayOf<Token> tokens_of(const Session& session, std::span<const TokenId> ids) {
  std::vector<Token> tokens;
  tokens.reserve(ids.size());
  for (const TokenId id : ids) {
    tokens.push_back(token_of(session, id));
  }
  return ArrayOf<Token>(tokens);
}

ArrayOf<Prediction> predictions_of(const Session& session,
                                   const std::vector<patchboard::Prediction>& top) {
  std::vector<Prediction> values;
  for (const patchboard::Prediction& prediction : top) {
    const auto id = static_cast<TokenId>(prediction.token);
    values.push_back({.id = id,
                      .text = session.token_text(id),
                      .logit = prediction.logit,
                      .prob = prediction.prob});
  }
  return ArrayOf<Prediction>(values);
}

MeasureTable table_of(const patchboard::MeasureTable& table) {
  return {.targets = static_cast<double>(table.targets()),
          .cells = static_cast<double>(table.cells()),
          .values = Floats(table.values())};
}

ExperimentStart start_of(const Session& session, const Lab& lab) {
  const Experiment& experiment = lab.experiment();
  const auto& corrupted = experiment.corrupted.empty() ? experiment.clean : experiment.corrupted;
  std::vector<ArrayOf<Token>> mean;
  mean.reserve(experiment.corruption.prompts.size());
  for (const std::vector<TokenId>& prompt : experiment.corruption.prompts) {
    mean.push_back(tokens_of(session, prompt));
  }
  const auto top = [&](const Answer& answer) {
    return predictions_of(session, top_k(answer, kTopPredictions));
  };
  return {.tokens_clean = tokens_of(session, experiment.clean),
          .tokens_corrupted = tokens_of(session, corrupted),
          .tokens_mean = ArrayOf<ArrayOf<Token>>(mean),
          .targets = targets_of(session, experiment.targets),
          .clean = table_of(lab.clean().values),
          .corrupted = table_of(lab.corrupted().values),
          .top_clean = top(lab.clean_answer()),
          .top_corrupted = top(lab.corrupted_answer()),
          .sweeps = sweeps_of(lab),
          .block_rows = lab.block_rows(),
          .naive_block_rows = static_cast<double>(lab.naive_block_rows()),
          .start_block_rows = lab.start_block_rows(),
          .start_seconds = lab.start_seconds()};
}

SweepRow row_of(const LabRow& row, const Lab& lab) {
  return {.sweep = static_cast<double>(row.sweep),
          .layer = static_cast<double>(row.layer),
          .head = static_cast<double>(row.head),
          .measures = table_of(row.values),
          .computed = Bytes(row.computed),
          .not_finite = Bytes(row.not_finite),
          .block_rows_done = lab.block_rows_done()};
}

CellDetails details_of(const Session& session, const patchboard::CellDetails& details) {
  std::vector<Change> changed;
  changed.reserve(details.changed.size());
  for (const ProbabilityChange& change : details.changed) {
    changed.push_back({.id = change.token,
                       .text = session.token_text(change.token),
                       .before = change.before,
                       .after = change.after});
  }
  return {.finite = details.finite,
          .continued = details.continued,
          .top = predictions_of(session, details.top),
          .changed = ArrayOf<Change>(changed),
          .continuations = {.clean = tokens_of(session, details.clean),
                            .corrupted = tokens_of(session, details.corrupted),
                            .patched = tokens_of(session, details.patched)}};
}

patchboard::PromptOptions options_of(const PromptOptions& options) {
  return {.bos = options.bos,
          .special_tokens =
              options.special_tokens ? SpecialTokens::kAreTokens : SpecialTokens::kAreText};
}

std::vector<TokenId> prompt_of(const Session& session, const Prompt& prompt,
                               const PromptOptions& options) {
  if (prompt.isString()) {
    return session.prompt(prompt.as<std::string>(), options_of(options));
  }
  if (!prompt.isArray()) {
    throw Error(ErrorCode::kState, "a prompt is neither a text nor an array of token ids");
  }
  std::vector<TokenId> ids;
  const auto length = prompt["length"].as<unsigned>();
  ids.reserve(length);
  for (unsigned i = 0; i < length; ++i) {
    ids.push_back(whole_value<TokenId>(prompt[i].as<double>(), "token id"));
  }
  return session.prompt(std::move(ids), options_of(options));
}

}  // namespace patchboard::js
