// Sets of prompt pairs, as JSON and as CSV.

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/prompts/csv.h"
#include "core/prompts/pairs.h"
#include "tests/fuzz/fuzz_entry.h"

namespace patchboard::fuzz {
namespace {

std::string as_json(const std::vector<PromptPair>& pairs) {
  nlohmann::json entries = nlohmann::json::array();
  for (const PromptPair& pair : pairs) {
    nlohmann::json entry = {
        {"name", pair.name}, {"clean", pair.clean}, {"corrupted", pair.corrupted}};
    if (!pair.targets.empty()) {
      entry["targets"] = pair.targets;
    }
    entries.push_back(std::move(entry));
  }
  return entries.dump();
}

std::string quoted(const std::string& field) {
  std::string text = "\"";
  for (const char byte : field) {
    text += byte == '"' ? "\"\"" : std::string(1, byte);
  }
  return text + '"';
}

std::string as_csv(const std::vector<CsvRow>& rows) {
  std::string text;
  for (const CsvRow& row : rows) {
    for (std::size_t column = 0; column < row.size(); ++column) {
      text += (column == 0 ? "" : ",") + quoted(row[column]);
    }
    text += "\r\n";
  }
  return text;
}

}  // namespace

void run(std::string_view input) {
  const std::vector<PromptPair> pairs = read_pairs(input);
  require(!pairs.empty() && pairs.size() <= kMaxPairs, "a set has 1 to kMaxPairs pairs");
  const bool named =
      std::ranges::none_of(pairs, [](const auto& pair) { return pair.name.empty(); });
  require(named, "every pair has a name");
  require(read_pairs_json(as_json(pairs)) == pairs, "a set is read as it was written");
  if (const std::size_t first = input.find_first_not_of(" \t\r\n");
      first != std::string_view::npos && input[first] != '[' && input[first] != '{') {
    const std::vector<CsvRow> rows = read_csv(input);
    require(read_csv(as_csv(rows)) == rows, "a table is read as it was written");
  }
}

}  // namespace patchboard::fuzz
