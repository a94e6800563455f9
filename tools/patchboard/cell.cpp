#include <algorithm>
#include <iomanip>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "tools/patchboard/commands.h"
#include "tools/patchboard/experiment_input.h"
#include "tools/patchboard/json_text.h"
#include "tools/patchboard/saved_result.h"
#include "tools/patchboard/session_input.h"

namespace patchboard {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kTokenWidth = 22;

struct Coordinate {
  const char* name;
  Index count;
};

/// What --at names, in its order.
std::vector<Coordinate> coordinates_of(const SweepPlan& plan) {
  const Index L = plan.shape().n_layer;
  const Index T = plan.prompt_length();
  switch (plan.axes()) {
    case SweepPlan::Axes::kPosition:
      return {{.name = "layer", .count = L}, {.name = "position", .count = plan.columns()}};
    case SweepPlan::Axes::kHead:
      return {{.name = "layer", .count = L}, {.name = "head", .count = plan.columns()}};
    case SweepPlan::Axes::kHeadPosition:
      return {{.name = "layer", .count = L},
              {.name = "head", .count = plan.rows() / L},
              {.name = "position", .count = plan.columns()}};
    case SweepPlan::Axes::kHeadQueryKey:
      return {{.name = "layer", .count = L},
              {.name = "head", .count = plan.rows() / L},
              {.name = "query", .count = T},
              {.name = "key", .count = T}};
  }
  return {};
}

struct Cell {
  Index sweep;
  Index row;
  Index column;
};

void require_computed(const Lab& lab, const Cell& cell) {
  const SweepPlan& plan = lab.plan(cell.sweep);
  const Site site = plan.settings().site;
  const Span layers = lab.layers(cell.sweep);
  if (lab.experiment().layers_of(site) && !layers.holds(plan.layer(cell.row))) {
    throw Error(ErrorCode::kExperiment,
                "--at: layer " + std::to_string(plan.layer(cell.row)) + ", expected " +
                    std::to_string(layers.first) + " to " + std::to_string(layers.end() - 1) +
                    ", the layers in which " + std::string(site_name(site)) + " is patched");
  }
  if (!plan.in_region(lab.region(cell.sweep), cell.row, cell.column)) {
    throw Error(ErrorCode::kExperiment,
                "--at: the cell is outside of the region, of which alone cells are patched; "
                "expected one in it, or no --layers and --positions");
  }
}

Cell cell_at(const Lab& lab, Index sweep, const std::vector<int>& at) {
  const SweepPlan& plan = lab.plan(sweep);
  const std::vector<Coordinate> coordinates = coordinates_of(plan);
  if (at.size() != coordinates.size()) {
    std::string names;
    for (const Coordinate& coordinate : coordinates) {
      names += (names.empty() ? "" : ",") + std::string(coordinate.name);
    }
    throw Error(ErrorCode::kExperiment, "--at: " + std::to_string(at.size()) +
                                            " numbers, expected " + names + " for " +
                                            std::string(site_name(plan.settings().site)));
  }
  for (std::size_t i = 0; i < at.size(); ++i) {
    if (at[i] < 0 || at[i] >= coordinates[i].count) {
      throw Error(ErrorCode::kExperiment, "--at: " + std::string(coordinates[i].name) + " " +
                                              std::to_string(at[i]) + ", expected 0 to " +
                                              std::to_string(coordinates[i].count - 1));
    }
  }
  Cell cell{.sweep = sweep,
            .row = plan.rows_are_heads() ? plan.row(at[0], at[1]) : at[0],
            .column = at.back()};
  if (plan.axes() == SweepPlan::Axes::kHeadQueryKey) {
    cell.column += at[2] * plan.prompt_length();
  }
  if (!plan.has(cell.row, cell.column)) {
    throw Error(ErrorCode::kExperiment, "--at: the query does not see key " +
                                            std::to_string(at[3]) + "; expected " +
                                            std::to_string(plan.first_key(cell.row, at[2])) +
                                            " to " + std::to_string(at[2]));
  }
  require_computed(lab, cell);
  return cell;
}

Json text_json(const Session& session, const std::vector<TokenId>& ids) {
  return {{"text", text_of(session, ids)}, {"tokens", tokens_json(session, ids)}};
}

Json cell_json(const Session& session, const Lab& lab, const Cell& cell, const std::vector<int>& at,
               const CellDetails& details) {
  const SweepPlan& plan = lab.plan(cell.sweep);
  Json json = {{"site", site_name(plan.settings().site)},
               {"direction", direction_name(plan.settings().direction)},
               {"axes", axes_name(plan.axes())}};
  const std::vector<Coordinate> coordinates = coordinates_of(plan);
  for (std::size_t i = 0; i < at.size(); ++i) {
    json[coordinates[i].name] = at[i];
  }
  const Span layers = plan.patch(cell.row, cell.column).layers;
  json["layers"] = {layers.first, layers.end()};
  json["name"] = plan.cell_name(cell.row, cell.column);
  json["finite"] = details.finite;
  json["top"] = predictions_json(session, details.top);
  json["changed"] = Json::array();
  for (const ProbabilityChange& change : details.changed) {
    json["changed"].push_back({{"id", change.token},
                               {"text", session.token_text(change.token)},
                               {"before", change.before},
                               {"after", change.after}});
  }
  json["continuations"] = {
      {"clean", text_json(session, details.clean)}, {"corrupted", nullptr}, {"patched", nullptr}};
  if (details.continued) {
    json["continuations"]["corrupted"] = text_json(session, details.corrupted);
  }
  if (details.continued && details.finite) {
    json["continuations"]["patched"] = text_json(session, details.patched);
  }
  return json;
}

/// {clean, corrupted} of the most probable tokens; the second only where something is corrupted.
Json unpatched_json(const Session& session, const Lab& lab, int top, std::optional<Index> sample) {
  Json json = Json::object();
  for (const NamedRun& run : runs_of(lab)) {
    const Answer answer =
        run.run == RunName::kClean ? lab.clean_answer() : lab.corrupted_answer(sample);
    json[run.name] = predictions_json(session, top_k(answer, top));
  }
  return json;
}

void print_padded(const std::string& text) {
  std::cout << text
            << std::string(static_cast<std::size_t>(
                               std::max(1, kTokenWidth - static_cast<int>(text.size()))),
                           ' ');
}

/// The most probable tokens of each run, side by side.
void print_tops(const Json& unpatched, const Json& patched) {
  std::vector<Json> columns;
  for (const auto& [name, top] : unpatched.items()) {
    std::cout << "  prob  ";
    print_padded(name);
    columns.push_back(top);
  }
  std::cout << "  prob  patched\n" << std::fixed;
  for (std::size_t rank = 0; rank < patched.size(); ++rank) {
    for (const Json& column : columns) {
      std::cout << std::setw(6) << column[rank]["prob"].get<float>() << "  ";
      print_padded(in_quotes(column[rank]["text"].get<std::string>()));
    }
    std::cout << std::setw(6) << patched[rank]["prob"].get<float>() << "  "
              << in_quotes(patched[rank]["text"].get<std::string>()) << '\n';
  }
}

void print_changes(const Json& changes) {
  const auto has_changed = [](const Json& change) { return change["before"] != change["after"]; };
  if (std::ranges::none_of(changes, has_changed)) {
    std::cout << "no token's probability is changed by the patch\n";
    return;
  }
  std::cout << "changed most by the patch\n before   after  token\n";
  for (const Json& change : changes) {
    std::cout << std::setw(7) << change["before"].get<float>() << std::setw(8)
              << change["after"].get<float>() << "  "
              << in_quotes(change["text"].get<std::string>()) << '\n';
  }
}

/// sample: as `sample_title` says it.
void print_text(const Json& unpatched, const Json& cell, const std::string& sample) {
  std::cout << std::setprecision(4) << cell["site"].get<std::string>() << ", "
            << cell["direction"].get<std::string>() << ", " << cell["name"].get<std::string>()
            << sample << '\n';
  if (!cell["finite"].get<bool>()) {
    std::cout << "  not finite: the patched run's logits are no numbers\n";
    return;
  }
  print_tops(unpatched, cell["top"]);
  print_changes(cell["changed"]);
  std::cout << "continued, each token the most probable\n";
  for (const auto& [name, continuation] : cell["continuations"].items()) {
    if (continuation.is_null()) {
      std::cout << std::setw(11) << name << "  not of more than " << kMaxContinuedSamples
                << " samples; name one with --sample\n";
    } else if (name == "patched" || unpatched.contains(name)) {
      std::cout << std::setw(11) << name << "  "
                << in_quotes(continuation["text"].get<std::string>()) << '\n';
    }
  }
}

}  // namespace

void run_cell(const CellArguments& arguments) {
  Session session(arguments.threads, usable_memory());
  static_cast<void>(start_experiment(session, arguments));
  const Lab& lab = session.lab();
  std::vector<Cell> cells;
  cells.reserve(lab.sweeps().size());
  for (Index sweep = 0; sweep < std::ssize(lab.sweeps()); ++sweep) {
    cells.push_back(cell_at(lab, sweep, arguments.at));
  }
  const std::optional<Index> sample = sample_named(lab, arguments.sample);
  const Json unpatched = unpatched_json(session, lab, arguments.top, sample);
  Json cells_json = Json::array();
  for (const Cell& cell : cells) {
    const CellDetails details = session.inspect_cell({.sweep = cell.sweep,
                                                      .row = cell.row,
                                                      .column = cell.column,
                                                      .top = arguments.top,
                                                      .continuation = arguments.continuation,
                                                      .sample = sample});
    cells_json.push_back(cell_json(session, lab, cell, arguments.at, details));
  }
  if (arguments.json) {
    Json json = {{"model", model_json(session, arguments)}, {"tokens", prompts_json(session, lab)}};
    json.update(samples_json(lab, sample));
    json["top"] = unpatched;
    json["cells"] = cells_json;
    print_json(json);
    return;
  }
  for (const Json& cell : cells_json) {
    print_text(unpatched, cell, sample_title(lab, sample));
  }
}

}  // namespace patchboard
