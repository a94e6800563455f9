#include "core/prompts/pair_shapes.h"

#include <gtest/gtest.h>

namespace patchboard {
namespace {

using Reasons = std::vector<std::string>;

Reasons reasons(const std::vector<PairShape>& pairs) { return why_left_out(pairs); }

TEST(PairShapes, KeepsTheCommonestLength) {
  EXPECT_EQ(reasons({{9, 1}, {8, 1}, {8, 1}}),
            (Reasons{"it has 9 tokens, and most pairs 8", "", ""}));
}

TEST(PairShapes, KeepsTheCommonestNumberOfTargetsAmongPairsOfThatLength) {
  EXPECT_EQ(reasons({{8, 2}, {8, 1}, {8, 2}, {9, 1}, {1, 1}}),
            (Reasons{"", "it has 1 target, and most pairs of its length 2", "",
                     "it has 9 tokens, and most pairs 8", "it has 1 token, and most pairs 8"}));
}

TEST(PairShapes, KeepsTheFirstOfEquallyCommonOnes) {
  EXPECT_EQ(reasons({{7, 1}, {8, 1}}), (Reasons{"", "it has 8 tokens, and most pairs 7"}));
}

TEST(PairShapes, HasNothingToSayOfNoPairs) { EXPECT_TRUE(reasons({}).empty()); }

}  // namespace
}  // namespace patchboard
