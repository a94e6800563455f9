#include "tools/patchboard/saved_result.h"

#include <algorithm>
#include <iostream>
#include <limits>

#include "core/model/answer.h"
#include "tools/patchboard/session_input.h"

namespace patchboard {
namespace {

using Json = nlohmann::ordered_json;

constexpr Index kTop = 10;

template <typename Value>
void put(const std::vector<Value>& row, Index index, const SweepPlan& plan,
         std::vector<Value>& table) {
  const Index columns = plan.columns();
  const Index targets = std::ssize(row) / columns;
  for (Index target = 0; target < targets; ++target) {
    std::copy_n(row.begin() + target * columns, columns,
                table.begin() + (target * plan.rows() + index) * columns);
  }
}

/// [row][column]
Json rows_json(const std::vector<float>& values, std::size_t first, const SweepPlan& plan) {
  Json rows = Json::array();
  const auto columns = static_cast<std::size_t>(plan.columns());
  for (Index row = 0; row < plan.rows(); ++row) {
    const auto begin = values.begin() +
                       static_cast<std::ptrdiff_t>(first + static_cast<std::size_t>(row) * columns);
    rows.push_back(std::vector<float>(begin, begin + plan.columns()));
  }
  return rows;
}

/// [target][row][column]
Json targets_json(const std::vector<float>& values, const SweepPlan& plan) {
  Json targets = Json::array();
  const auto cells = static_cast<std::size_t>(plan.rows() * plan.columns());
  for (std::size_t first = 0; first < values.size(); first += cells) {
    targets.push_back(rows_json(values, first, plan));
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
  return {{"prob", measures.prob},
          {"log_prob", measures.log_prob},
          {"logit", measures.logit},
          {"rank", measures.rank},
          {"kl", measures.kl}};
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
    const std::vector<float> unknown(cells * lab.experiment().targets.size(),
                                     std::numeric_limits<float>::quiet_NaN());
    tables.push_back({.prob = unknown,
                      .log_prob = unknown,
                      .logit = unknown,
                      .rank = unknown,
                      .kl = std::vector<float>(cells, std::numeric_limits<float>::quiet_NaN()),
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
    put(row.prob, index, plan, table.prob);
    put(row.log_prob, index, plan, table.log_prob);
    put(row.logit, index, plan, table.logit);
    put(row.rank, index, plan, table.rank);
    put(row.kl, index, plan, table.kl);
    put(row.not_finite, index, plan, table.not_finite);
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
    sweeps.push_back({{"site", site_name(plan.settings().site)},
                      {"direction", direction_name(plan.settings().direction)},
                      {"axes", axes_name(plan.axes())},
                      {"prob", targets_json(tables[i].prob, plan)},
                      {"log_prob", targets_json(tables[i].log_prob, plan)},
                      {"logit", targets_json(tables[i].logit, plan)},
                      {"rank", targets_json(tables[i].rank, plan)},
                      {"kl", rows_json(tables[i].kl, 0, plan)},
                      {"not_finite", cells_json(tables[i].not_finite, plan)}});
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
