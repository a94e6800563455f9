// patchboard_page_tables: the core's tables that the page has as well, as TypeScript. The page's
// copy, web/src/engine/core-tables.ts, is written by tools/page-tables/write, and held equal by a
// test.

#include <iostream>
#include <nlohmann/json.hpp>

#include "core/patching/measure.h"

namespace patchboard {
namespace {

using Json = nlohmann::ordered_json;

const char* name_of(Better better) {
  switch (better) {
    case Better::kHigher:
      return "higher";
    case Better::kLower:
      return "lower";
    case Better::kNeither:
      return "neither";
  }
  return "";
}

const char* name_of(Scale scale) {
  switch (scale) {
    case Scale::kAtLeast:
      return "at least";
    case Scale::kAtZero:
      return "at zero";
    case Scale::kLogarithmic:
      return "logarithmic";
  }
  return "";
}

/// With the digits that a person wrote.
double rounded(float value) { return std::round(static_cast<double>(value) * 1e6) / 1e6; }

Json measure_json(const MeasureTraits& traits) {
  return {{"name", traits.name},
          {"label", traits.label},
          {"meaning", traits.meaning},
          {"unit", traits.unit},
          {"ofTarget", traits.of_target},
          {"ofOneToken", traits.of_one_token},
          {"better", name_of(traits.better)},
          {"digits", traits.digits},
          {"leastGap", rounded(traits.least_gap)},
          {"leastChange", rounded(traits.least_change)},
          {"scale", name_of(traits.scale)},
          {"inEveryResult", traits.in_every_result}};
}

void print_tables(std::ostream& out) {
  out << "// Written by tools/page-tables/write, out of the core's own tables: change those.\n\n"
      << "/** What is measured of a run: see core/patching/measure.h. */\n"
      << "export const MEASURES = [\n";
  for (const Measure measure : all_measures()) {
    out << "  " << measure_json(traits_of(measure)).dump() << ",\n";
  }
  out << "] as const;\n";
}

}  // namespace
}  // namespace patchboard

int main() { patchboard::print_tables(std::cout); }
