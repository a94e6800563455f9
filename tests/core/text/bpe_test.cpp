#include "core/text/bpe.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/core/reference/naive_bpe.h"

namespace patchboard {
namespace {

/// The same random merges over a small alphabet, for both twins: each joins two symbols that there
/// are already into a new one.
struct RandomMerges {
  static constexpr TokenId kAlphabet = 3;
  static constexpr TokenId kMerges = 60;
  BytePairMerges fast;
  reference::NaiveMerges slow;

  explicit RandomMerges(std::mt19937& random) {
    for (TokenId merged = kAlphabet; merged < kAlphabet + kMerges;) {
      std::uniform_int_distribution<TokenId> any(0, std::min<TokenId>(merged - 1, 9));
      const std::pair pair(any(random), any(random));
      if (slow.try_emplace(pair, merged - kAlphabet, merged).second) {
        EXPECT_TRUE(fast.add(pair.first, pair.second, merged));
        ++merged;
      }
    }
  }
};

TEST(BytePairMerges, EqualTheNaiveLoopOnRandomWords) {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    const RandomMerges merges(random);
    std::uniform_int_distribution<TokenId> letter(0, RandomMerges::kAlphabet - 1);
    std::vector<TokenId> word(1 + random() % 120);
    for (TokenId& symbol : word) {
      symbol = letter(random);
    }
    ASSERT_EQ(merges.fast.apply(word), reference::naive_bpe(merges.slow, word)) << round;
  }
}

TEST(BytePairMerges, MergeOverlappingPairsFromTheLeft) {
  BytePairMerges merges;
  ASSERT_TRUE(merges.add(0, 0, 1));
  EXPECT_EQ(merges.apply({0, 0, 0}), (std::vector<TokenId>{1, 0}));
}

TEST(BytePairMerges, TakeAWordOfAHundredThousandLetters) {
  BytePairMerges merges;
  for (TokenId symbol = 0; symbol < 16; ++symbol) {
    ASSERT_TRUE(merges.add(symbol, symbol, symbol + 1));
  }
  // 100 000 = 2¹⁶ + 2¹⁵ + 2¹⁰ + 2⁹ + 2⁷ + 2⁵
  EXPECT_EQ(merges.apply(std::vector<TokenId>(100'000, 0)),
            (std::vector<TokenId>{16, 15, 10, 9, 7, 5}));
}

TEST(BytePairMerges, RefuseAPairTwice) {
  BytePairMerges merges;
  EXPECT_TRUE(merges.add(0, 1, 2));
  EXPECT_FALSE(merges.add(0, 1, 3));
}

TEST(BytePairMerges, LeaveNothingAsNothing) { EXPECT_TRUE(BytePairMerges().apply({}).empty()); }

}  // namespace
}  // namespace patchboard
