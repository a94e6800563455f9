// A saved result, as replay reads it.

#include "core/document/saved_result.h"
#include "tests/fuzz/fuzz_entry.h"

namespace patchboard::fuzz {

void run(std::string_view input) {
  const SavedResult saved = read_saved_result(input);
  for (const SavedSweep& sweep : saved.sweeps) {
    const auto cells =
        static_cast<std::size_t>(sweep.rows) * static_cast<std::size_t>(sweep.columns);
    const std::size_t all = cells * static_cast<std::size_t>(sweep.targets);
    for (const Measure measure : all_measures()) {
      const SavedNumbers& numbers = numbers_of(sweep.values, measure);
      require(numbers.empty() || numbers.size() == (traits_of(measure).of_target ? all : cells),
              "a number for each target and cell");
    }
    require(sweep.not_finite.empty() || sweep.not_finite.size() == cells, "a mark for each cell");
    require(sweep.estimate.empty() || sweep.estimate.size() == cells, "an estimate for each cell");
  }
}

}  // namespace patchboard::fuzz
