#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "core/token_id.h"

namespace patchboard {

/// The learned merges of a byte-pair encoding, by the ids of the symbols.
/// Source: Sennrich et al. 2016, algorithm 1; openai/gpt-2 `src/encoder.py`, `bpe`.
class BytePairMerges {
 public:
  /// The next merge in the order of their ranks. False where the pair is there already.
  [[nodiscard]] bool add(TokenId left, TokenId right, TokenId merged);

  /// Merges neighbours, lowest rank first and from left to right, until none is left.
  /// Takes O(n log n) for n symbols.
  [[nodiscard]] std::vector<TokenId> apply(const std::vector<TokenId>& symbols) const;

 private:
  struct Merge {
    std::uint32_t rank;
    TokenId merged;
  };
  friend class MergeRun;

  [[nodiscard]] const Merge* find(TokenId left, TokenId right) const;

  std::unordered_map<std::uint64_t, Merge> merges_;
};

}  // namespace patchboard
