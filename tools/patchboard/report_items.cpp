#include "tools/patchboard/report_items.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/error.h"
#include "core/prompts/pairs.h"
#include "tools/patchboard/report_figure.h"
#include "tools/patchboard/session_input.h"

namespace patchboard {
namespace {

using Json = nlohmann::ordered_json;
using Ids = std::vector<TokenId>;

/// Every token after a prompt, most probable first.
class Answers {
 public:
  Answers(Session& session, const Ids& prompt)
      : all_(session.predict(prompt, session.config().vocab_size)) {}

  [[nodiscard]] float prob(TokenId token) const { return at(token)->prob; }
  [[nodiscard]] std::ptrdiff_t rank(TokenId token) const { return at(token) - all_.begin() + 1; }

 private:
  [[nodiscard]] std::vector<Prediction>::const_iterator at(TokenId token) const {
    return std::ranges::find(all_, static_cast<Index>(token), &Prediction::token);
  }

  std::vector<Prediction> all_;
};

std::optional<TokenId> token_of(const Session& session, const std::string& text) {
  const Ids ids = session.encode(text);
  return ids.size() == 1 ? std::optional(ids.front()) : std::nullopt;
}

Ids targets_of(const Session& session, const Json& texts) {
  Ids targets;
  for (const Json& text : texts) {
    targets.push_back(session.resolve_target(text.get<std::string>()));
  }
  return targets;
}

/// The report's figures for this model, or all where it has none for it.
Json figures_for(const Json& figures, const std::string& model) {
  return figures.contains(model) ? Json{{model, figures.at(model)}} : figures;
}

Json table_row(const Session& session, const Answers& answers, const Json& row,
               const std::string& model) {
  const Json figures = figures_for(row.at("prob"), model);
  Json result = {{"token", row.at("token")}, {"printed", row.at("printed")},
                 {"report", figures},        {"prob", nullptr},
                 {"rank", nullptr},          {"difference", Json::object()}};
  if (const auto token = token_of(session, row.at("token").get<std::string>())) {
    result["prob"] = answers.prob(*token);
    result["rank"] = answers.rank(*token);
    for (const auto& [column, figure] : figures.items()) {
      result["difference"][column] =
          static_cast<double>(answers.prob(*token)) - std::stod(figure.get<std::string>());
    }
  }
  return result;
}

Json run_table(Session& session, const Json& item, const std::string& model) {
  Json result = Json::object();
  for (const char* run : {"clean", "corrupted"}) {
    const Answers answers(session,
                          session.encode(item.at("experiment").at(run).get<std::string>()));
    result[run] = Json::array();
    for (const Json& row : item.at(run)) {
      result[run].push_back(table_row(session, answers, row, model));
    }
  }
  return result;
}

Json rows_of(const Matrix& matrix) {
  Json rows = Json::array();
  for (Index row = 0; row < matrix.rows(); ++row) {
    rows.push_back(std::vector<float>(matrix.row(row).begin(), matrix.row(row).end()));
  }
  return rows;
}

/// "Jones", or "Jones" / "Smith" where the prompts differ.
Json token_labels(const Session& session, const Ids& clean, const Ids& corrupted) {
  Json labels = Json::array();
  for (std::size_t position = 0; position < clean.size(); ++position) {
    std::string label = shown(session, clean[position]);
    if (clean[position] != corrupted[position]) {
      label += " / " + shown(session, corrupted[position]);
    }
    labels.push_back(label);
  }
  return labels;
}

Json largest_of(const Matrix& difference, const Json& labels) {
  Index layer = 0;
  Index position = 0;
  float largest = -1;
  for (Index row = 0; row < difference.rows(); ++row) {
    for (Index column = 0; column < difference.cols(); ++column) {
      const float magnitude = std::abs(difference(row, column));
      if (magnitude > largest) {  // which NaN, of a run that is not finite, is not
        largest = magnitude;
        layer = row;
        position = column;
      }
    }
  }
  return {{"value", difference(layer, position)},
          {"layer", layer},
          {"position", position},
          {"token", labels.at(static_cast<std::size_t>(position))}};
}

Json run_heatmap(Session& session, const Json& item) {
  const Experiment experiment =
      read_experiment(item.at("experiment").dump(), session.text_reader());
  const FigureSweep figure = sweep_figure(session, experiment);
  const Json labels = token_labels(session, experiment.clean, experiment.corrupted);
  Json result = {{"tokens", labels}, {"targets", Json::array()}};
  for (std::size_t i = 0; i < experiment.targets.size(); ++i) {
    result["targets"].push_back({{"token", item.at("experiment").at("targets")[i]},
                                 {"clean", figure.clean[i]},
                                 {"corrupted", figure.corrupted[i]},
                                 {"largest", largest_of(figure.difference[i], labels)},
                                 {"difference", rows_of(figure.difference[i])}});
  }
  return result;
}

std::vector<float> probs_after(Session& session, const std::string& prompt, const Ids& targets) {
  const Answers answers(session, session.encode(prompt));
  std::vector<float> probs;
  for (const TokenId target : targets) {
    probs.push_back(answers.prob(target));
  }
  return probs;
}

std::size_t likeliest(const std::vector<float>& probs) {
  return static_cast<std::size_t>(std::ranges::max_element(probs) - probs.begin());
}

Json run_attempts(Session& session, const Json& item) {
  const Ids targets = targets_of(session, item.at("targets"));
  Json result = {{"targets", item.at("targets")}, {"pairs", Json::array()}};
  for (const PromptPair& pair : read_pairs_json(item.at("pairs").dump())) {
    const std::vector<float> clean = probs_after(session, pair.clean, targets);
    const std::vector<float> corrupted = probs_after(session, pair.corrupted, targets);
    result["pairs"].push_back({{"name", pair.name},
                               {"clean", clean},
                               {"corrupted", corrupted},
                               {"likeliest_clean", item.at("targets")[likeliest(clean)]},
                               {"likeliest_corrupted", item.at("targets")[likeliest(corrupted)]}});
  }
  return result;
}

Json run_kind(Session& session, const Json& item, const std::string& model) {
  const std::string kind = item.at("kind").get<std::string>();
  if (kind == "table") {
    return run_table(session, item, model);
  }
  return kind == "heatmap" ? run_heatmap(session, item) : run_attempts(session, item);
}

}  // namespace

std::string report_model(const Json& report, const Config& config) {
  for (const auto& [key, model] : report.at("models").items()) {
    if (model.at("n_layer") == config.n_layer && model.at("d_model") == config.d_model) {
      return key;
    }
  }
  return "";
}

Json run_report_item(Session& session, const Json& item, const std::string& model) {
  Json result = Json::object();
  for (const char* key : {"id", "kind", "label", "title", "shows", "says"}) {
    if (item.contains(key)) {
      result[key] = item.at(key);
    }
  }
  try {
    result.update(run_kind(session, item, model));
  } catch (const Error& error) {
    result["error"] = error.what();
  }
  return result;
}

}  // namespace patchboard
