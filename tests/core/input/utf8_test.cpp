#include "core/input/utf8.h"

#include <gtest/gtest.h>

namespace patchboard {
namespace {

TEST(Utf8, ReadsCodePointsOfEveryLength) {
  EXPECT_EQ(first_code_point("A").value, U'A');
  EXPECT_EQ(first_code_point("é").value, U'é');
  EXPECT_EQ(first_code_point("€x").value, U'€');
  EXPECT_EQ(first_code_point("€x").length, 3U);
  EXPECT_EQ(first_code_point("😀").value, U'😀');
  EXPECT_EQ(first_code_point("\xF4\x8F\xBF\xBF").value, char32_t{0x10FFFF});
}

TEST(Utf8, LeavesValidTextAsItIs) {
  const std::string text = "naïve 😀\n";
  EXPECT_EQ(replace_invalid_utf8(text), text);
}

TEST(Utf8, ReplacesEachByteThatStartsNothing) {
  EXPECT_EQ(replace_invalid_utf8("a\x80\xFF"
                                 "b"),
            "a\uFFFD\uFFFDb");
}

TEST(Utf8, ReplacesASequenceCutShortOnce) {
  EXPECT_EQ(replace_invalid_utf8("\xF0\x9F\x98"), "\uFFFD");
  EXPECT_EQ(replace_invalid_utf8("\xE2\x82z"), "\uFFFDz");
}

TEST(Utf8, ReplacesOverlongFormsSurrogatesAndWhatIsBeyondUnicodeByteByByte) {
  EXPECT_EQ(replace_invalid_utf8("\xC0\xAF"), "\uFFFD\uFFFD");
  EXPECT_EQ(replace_invalid_utf8("\xE0\x80\x80"), "\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(replace_invalid_utf8("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(replace_invalid_utf8("\xF4\x90\x80\x80"), "\uFFFD\uFFFD\uFFFD\uFFFD");
}

}  // namespace
}  // namespace patchboard
