#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "core/session/session.h"

namespace patchboard {

/// Which of the report's models this is, "medium" or "xl", by its sizes; empty for another.
[[nodiscard]] std::string report_model(const nlohmann::ordered_json& report, const Config& config);

/// Runs a table, a heatmap or the further attempts of tools/report/report.json. model: what
/// `report_model` gave. Returns the item's id, kind, label, title, shows and says, and
/// - of a table, for `clean` and `corrupted`, rows of `token`, `printed`, `report` (the report's
///   own figure as printed, by model: of this model alone where it is one of the report's), `prob`
///   and `rank` here, and `difference` (here less the report's, by model); `prob` and `rank` are
///   null where the token is none of this model's vocabulary;
/// - of a heatmap, `tokens` and for each of `targets` its `token`, `clean`, `corrupted`, the
///   `largest` change and where it is, and `difference` [layer][position], patched less corrupted;
/// - of the attempts, `targets` and for each of `pairs` its `name`, the probabilities `clean` and
///   `corrupted`, and which target is the likeliest in each.
/// What cannot be run on this model has an `error` in place of these.
[[nodiscard]] nlohmann::ordered_json run_report_item(Session& session,
                                                     const nlohmann::ordered_json& item,
                                                     const std::string& model);

}  // namespace patchboard
