#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace patchboard {

/// What has to agree for pairs to be averaged cell by cell.
struct PairShape {
  std::size_t tokens = 0;  ///< of both prompts
  std::size_t targets = 0;
};

/// Why each pair is left out of the mean: [pair], empty where it takes part. The commonest number
/// of tokens decides, then, among pairs of that length, the commonest number of targets; of equally
/// common ones the one that comes first. web/src/many/pair-set.ts does the same.
[[nodiscard]] std::vector<std::string> why_left_out(std::span<const PairShape> pairs);

}  // namespace patchboard
