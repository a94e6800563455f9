#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "core/error.h"
#include "core/prompts/csv.h"
#include "core/prompts/pairs.h"

namespace patchboard {
namespace {

[[noreturn]] void refuse_table(const std::string& where, const std::string& what) {
  throw Error(ErrorCode::kExperiment, "CSV, " + where + ": " + what);
}

/// "target", "target2", "target3", … for the first, the second and so on, counted from 0.
std::string target_column(std::size_t target) {
  return target == 0 ? "target" : "target" + std::to_string(target + 1);
}

/// What is wrong with a first row that was not split at commas.
std::string other_separator(std::string_view name) {
  const char* found = name.find(';') != std::string_view::npos    ? "semicolons"
                      : name.find('\t') != std::string_view::npos ? "tabs"
                                                                  : nullptr;
  return found == nullptr ? ""
                          : "; the fields are separated by " + std::string(found) +
                                ", save the file with commas";
}

/// Where the columns are.
struct PairColumns {
  std::size_t clean = 0;
  std::size_t corrupted = 0;
  std::optional<std::size_t> name;
  std::vector<std::size_t> targets;  // of the first target, of the second, …
};

/// Those of the targets, in the order of their numbers, wherever they stand.
std::vector<std::size_t> target_columns(const CsvRow& header) {
  std::vector<std::size_t> columns;
  while (true) {
    const auto found = std::ranges::find(header, target_column(columns.size()));
    if (found == header.end()) {
      return columns;
    }
    columns.push_back(static_cast<std::size_t>(found - header.begin()));
  }
}

PairColumns columns_of(const CsvRow& header) {
  PairColumns columns;
  columns.targets = target_columns(header);
  for (std::size_t column = 0; column < header.size(); ++column) {
    const std::string& name = header[column];
    if (std::ranges::find(header, name) - header.begin() != static_cast<std::ptrdiff_t>(column)) {
      refuse_table(csv_place(0, column), "a second column \"" + name + "\"");
    }
    if (std::ranges::find(columns.targets, column) != columns.targets.end()) {
      continue;
    }
    if (name == "name") {
      columns.name = column;
    } else if (name == "clean") {
      columns.clean = column;
    } else if (name == "corrupted") {
      columns.corrupted = column;
    } else {
      refuse_table(
          csv_place(0, column),
          "\"" + name +
              "\", expected clean, corrupted, name, target, target2, …, no number left out" +
              other_separator(name));
    }
  }
  for (const char* required : {"clean", "corrupted"}) {
    if (std::ranges::find(header, required) == header.end()) {
      refuse_table("row 1", "no column \"" + std::string(required) +
                                "\", expected a first row such as clean,corrupted,target");
    }
  }
  return columns;
}

PromptPair pair_of(const CsvRow& row, const PairColumns& columns, std::size_t at) {
  for (const std::size_t column : {columns.clean, columns.corrupted}) {
    if (row[column].empty()) {
      refuse_table(csv_place(at, column), "is empty, expected a prompt");
    }
  }
  PromptPair pair{.name = columns.name ? row[*columns.name] : "",
                  .clean = row[columns.clean],
                  .corrupted = row[columns.corrupted],
                  .targets = {}};
  if (pair.name.empty()) {
    pair.name = "pair " + std::to_string(at);
  }
  for (std::size_t target = 0; target < columns.targets.size(); ++target) {
    const std::string& text = row[columns.targets[target]];
    if (text.empty()) {
      continue;
    }
    if (pair.targets.size() < target) {
      refuse_table(csv_place(at, columns.targets[pair.targets.size()]),
                   "is empty, expected a target before that of " + target_column(target));
    }
    pair.targets.push_back(text);
  }
  return pair;
}

}  // namespace

std::vector<PromptPair> read_pairs_csv(std::string_view text) {
  const std::vector<CsvRow> rows = read_csv(text);
  if (rows.size() < 2) {
    refuse_table(
        rows.empty() ? "row 1" : "row 2",
        "is missing, expected a first row such as clean,corrupted,target and a row for each "
        "pair");
  }
  if (rows.size() > kMaxPairs + 1) {
    refuse_table("row " + std::to_string(kMaxPairs + 2),
                 "more than " + std::to_string(kMaxPairs) + " pairs");
  }
  const PairColumns columns = columns_of(rows.front());
  std::vector<PromptPair> pairs;
  for (std::size_t at = 1; at < rows.size(); ++at) {
    pairs.push_back(pair_of(rows[at], columns, at));
  }
  return pairs;
}

}  // namespace patchboard
