#include "core/text/split.h"

#include <gtest/gtest.h>

namespace patchboard {
namespace {

using Pieces = std::vector<std::string_view>;

TEST(Split, KeepsASpaceWithTheWordThatFollows) {
  EXPECT_EQ(split_pieces("Michelle Jones was"), (Pieces{"Michelle", " Jones", " was"}));
}

TEST(Split, SeparatesLettersNumbersAndTheRest) {
  EXPECT_EQ(split_pieces("top-notch 2024!?x1"),
            (Pieces{"top", "-", "notch", " 2024", "!?", "x", "1"}));
}

TEST(Split, CutsEnglishContractionsOff) {
  EXPECT_EQ(split_pieces("I've we'll she's it'd"),
            (Pieces{"I", "'ve", " we", "'ll", " she", "'s", " it", "'d"}));
}

TEST(Split, KnowsContractionsInSmallLettersAndAfterAWordOnly) {
  EXPECT_EQ(split_pieces("I'VE 's ''s"), (Pieces{"I", "'", "VE", " '", "s", " ''", "s"}));
}

TEST(Split, LeavesTheLastSpaceOfARunToTheWord) {
  EXPECT_EQ(split_pieces("a   b"), (Pieces{"a", "  ", " b"}));
  EXPECT_EQ(split_pieces("a\n\nb"), (Pieces{"a", "\n", "\n", "b"}));
  EXPECT_EQ(split_pieces("a  "), (Pieces{"a", "  "}));
  EXPECT_EQ(split_pieces("a b "), (Pieces{"a", " b", " "}));
}

TEST(Split, TakesSpacesOfEveryKind) {
  EXPECT_EQ(split_pieces("a\u00A0b"), (Pieces{"a", "\u00A0", "b"}));
  EXPECT_EQ(split_pieces("a\u2003\u3000b"), (Pieces{"a", "\u2003", "\u3000", "b"}));
}

TEST(Split, TakesLettersAndDigitsOfEveryScript) {
  EXPECT_EQ(split_pieces("Москва ٣٤ हि"), (Pieces{"Москва", " ٣٤", " ह", "ि"}));
}

TEST(Split, HasNoPiecesOfNothing) { EXPECT_TRUE(split_pieces("").empty()); }

}  // namespace
}  // namespace patchboard
