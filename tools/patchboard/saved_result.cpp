#include "tools/patchboard/saved_result.h"

#include <algorithm>
#include <iostream>
#include <span>
#include <utility>

#include "core/model/answer.h"
#include "tools/patchboard/session_input.h"

namespace patchboard {
namespace {

using Json = nlohmann::ordered_json;

constexpr Index kTop = 10;

/// values: [row][column], flat.
Json rows_json(std::span<const float> values, const SweepPlan& plan) {
  Json rows = Json::array();
  const auto columns = static_cast<std::size_t>(plan.columns());
  for (std::size_t first = 0; first < values.size(); first += columns) {
    const std::span<const float> row = values.subspan(first, columns);
    rows.push_back(std::vector<float>(row.begin(), row.end()));
  }
  return rows;
}

/// [target][row][column], or [row][column]
Json tables_json(const MeasureTable& values, Measure measure, const SweepPlan& plan) {
  if (!traits_of(measure).of_target) {
    return rows_json(values.of(measure), plan);
  }
  Json targets = Json::array();
  for (std::size_t target = 0; target < values.targets(); ++target) {
    targets.push_back(rows_json(values.of(measure, target), plan));
  }
  return targets;
}

Json top_json(const Session& session, const Answer& answer) {
  return predictions_json(session, top_k(answer, kTop));
}

}  // namespace

Json cells_json(const std::vector<std::uint8_t>& marks, const SweepPlan& plan) {
  Json cells = Json::array();
  for (Index cell = 0; cell < std::ssize(marks); ++cell) {
    if (marks[static_cast<std::size_t>(cell)] != 0) {
      cells.push_back({cell / plan.columns(), cell % plan.columns()});
    }
  }
  return cells;
}

Json measures_json(const Measures& measures) {
  Json json = Json::object();
  for (const Measure measure : all_measures()) {
    const MeasureTraits& traits = traits_of(measure);
    const std::span<const float> values = measures.values.all_of(measure);
    json[traits.name] = traits.of_target ? Json(std::vector<float>(values.begin(), values.end()))
                                         : Json(values.front());
  }
  return json;
}

Json matrix_json(const Matrix& matrix) {
  Json rows = Json::array();
  for (Index row = 0; row < matrix.rows(); ++row) {
    rows.push_back(std::vector<float>(matrix.row(row).begin(), matrix.row(row).end()));
  }
  return rows;
}

std::vector<SweepTables> unknown_tables(const Lab& lab) {
  std::vector<SweepTables> tables;
  for (Index sweep = 0; sweep < std::ssize(lab.sweeps()); ++sweep) {
    const auto cells = static_cast<std::size_t>(lab.plan(sweep).rows() * lab.plan(sweep).columns());
    tables.push_back({.values = MeasureTable(lab.experiment().targets.size(), cells),
                      .not_finite = std::vector<std::uint8_t>(cells, 0)});
  }
  return tables;
}

std::vector<SweepTables> run_all(Lab& lab, bool progress) {
  std::vector<SweepTables> tables = unknown_tables(lab);
  while (!lab.done()) {
    const LabRow row = lab.step();
    const SweepPlan& plan = lab.plan(row.sweep);
    const Index index = plan.row(row.layer, row.head);
    SweepTables& table = tables[static_cast<std::size_t>(row.sweep)];
    const Index first = index * plan.columns();
    table.values.put(row.values, static_cast<std::size_t>(first));
    std::ranges::copy(row.not_finite, table.not_finite.begin() + first);
    if (progress) {
      std::cerr << "\r" << site_name(plan.settings().site) << ", layer " << row.layer << ": "
                << std::llround(100 * lab.block_rows_done() / std::max(1.0, lab.block_rows()))
                << " %  " << (lab.done() ? "\n" : "") << std::flush;
    }
  }
  return tables;
}

Json prompts_json(const Session& session, const Lab& lab) {
  const Experiment& experiment = lab.experiment();
  const auto& corrupted = experiment.corrupted.empty() ? experiment.clean : experiment.corrupted;
  Json tokens = {{"clean", tokens_json(session, experiment.clean)},
                 {"corrupted", tokens_json(session, corrupted)}};
  for (const std::vector<TokenId>& prompt : experiment.corruption.prompts) {
    tokens["mean"].push_back(tokens_json(session, prompt));
  }
  return tokens;
}

Json measured_json(const Session& session, const Lab& lab) {
  Json targets = Json::array();
  for (const std::vector<TokenId>& target : lab.experiment().targets) {
    targets.push_back(
        {{"text", text_of(session, target)}, {"tokens", tokens_json(session, target)}});
  }
  return targets;
}

Json results_json(const Session& session, const Lab& lab, const std::vector<SweepTables>& tables) {
  Json sweeps = Json::array();
  for (std::size_t i = 0; i < tables.size(); ++i) {
    const SweepPlan& plan = lab.plan(static_cast<Index>(i));
    Json json = {{"site", site_name(plan.settings().site)},
                 {"direction", direction_name(plan.settings().direction)},
                 {"axes", axes_name(plan.axes())}};
    for (const Measure measure : all_measures()) {
      json[traits_of(measure).name] = tables_json(tables[i].values, measure, plan);
    }
    json["not_finite"] = cells_json(tables[i].not_finite, plan);
    sweeps.push_back(std::move(json));
  }
  return {{"targets", measured_json(session, lab)},
          {"clean", measures_json(lab.clean())},
          {"corrupted", measures_json(lab.corrupted())},
          {"top",
           {{"clean", top_json(session, lab.clean_answer())},
            {"corrupted", top_json(session, lab.corrupted_answer())}}},
          {"sweeps", sweeps}};
}

}  // namespace patchboard
