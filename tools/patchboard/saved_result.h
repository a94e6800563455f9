#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/session/session.h"

namespace patchboard {

/// The values of a finished sweep, a cell a [row][column]; NaN where nothing was computed and where
/// what was computed is not finite.
struct SweepTables {
  MeasureTable values;
  std::vector<std::uint8_t> not_finite;  // [row][column], see `LabRow::not_finite`
};

/// What is known before anything was computed.
[[nodiscard]] std::vector<SweepTables> unknown_tables(const Lab& lab);

/// Runs every row of an experiment. progress: whether rows are counted on standard error.
[[nodiscard]] std::vector<SweepTables> run_all(Lab& lab, bool progress);

/// The "results" of a saved result (docs/experiment.md), its "tokens" and "targets" in tokens.
[[nodiscard]] nlohmann::ordered_json results_json(const Session& session, const Lab& lab,
                                                  const std::vector<SweepTables>& tables);
[[nodiscard]] nlohmann::ordered_json measured_json(const Session& session, const Lab& lab);
[[nodiscard]] nlohmann::ordered_json measures_json(const Measures& measures);
/// [[row, column]] of the cells that are marked. marks: [row][column].
[[nodiscard]] nlohmann::ordered_json cells_json(const std::vector<std::uint8_t>& marks,
                                                const SweepPlan& plan);
[[nodiscard]] nlohmann::ordered_json matrix_json(const Matrix& matrix);
[[nodiscard]] nlohmann::ordered_json prompts_json(const Session& session, const Lab& lab);

}  // namespace patchboard
