#include "core/prompts/pair_shapes.h"

#include <algorithm>

namespace patchboard {
namespace {

/// Of equally common ones the first.
std::size_t commonest(const std::vector<std::size_t>& values) {
  const auto count = [&](std::size_t value) { return std::ranges::count(values, value); };
  std::size_t best = values.empty() ? 0 : values.front();
  for (const std::size_t value : values) {
    best = count(value) > count(best) ? value : best;
  }
  return best;
}

/// "1 target", "2 targets"
std::string counted(std::size_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

}  // namespace

std::vector<std::string> why_left_out(std::span<const PairShape> pairs) {
  std::vector<std::size_t> lengths;
  for (const PairShape& pair : pairs) {
    lengths.push_back(pair.tokens);
  }
  const std::size_t tokens = commonest(lengths);
  std::vector<std::size_t> counts;
  for (const PairShape& pair : pairs) {
    if (pair.tokens == tokens) {
      counts.push_back(pair.targets);
    }
  }
  const std::size_t targets = commonest(counts);
  std::vector<std::string> reasons;
  for (const PairShape& pair : pairs) {
    if (pair.tokens != tokens) {
      reasons.push_back("it has " + counted(pair.tokens, "token") + ", and most pairs " +
                        std::to_string(tokens));
    } else if (pair.targets != targets) {
      reasons.push_back("it has " + counted(pair.targets, "target") +
                        ", and most pairs of its length " + std::to_string(targets));
    } else {
      reasons.emplace_back();
    }
  }
  return reasons;
}

}  // namespace patchboard
