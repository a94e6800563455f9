#pragma once

#include <map>
#include <utility>
#include <vector>

#include "core/token_id.h"

namespace patchboard::reference {

/// Pair of neighbours -> (rank, merged symbol).
using NaiveMerges = std::map<std::pair<TokenId, TokenId>, std::pair<int, TokenId>>;

/// Byte-pair encoding as it is told: find the pair of lowest rank, merge its first occurrence, and
/// again until there is none. The slow twin of BytePairMerges.
inline std::vector<TokenId> naive_bpe(const NaiveMerges& merges, std::vector<TokenId> symbols) {
  while (true) {
    auto best = merges.end();
    std::size_t best_at = 0;
    for (std::size_t i = 0; i + 1 < symbols.size(); ++i) {
      const auto found = merges.find({symbols[i], symbols[i + 1]});
      if (found != merges.end() && (best == merges.end() || found->second < best->second)) {
        best = found;
        best_at = i;
      }
    }
    if (best == merges.end()) {
      return symbols;
    }
    symbols[best_at] = best->second.second;
    symbols.erase(symbols.begin() + static_cast<std::ptrdiff_t>(best_at) + 1);
  }
}

}  // namespace patchboard::reference
