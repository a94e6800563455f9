#include "core/prompts/template.h"

#include <gtest/gtest.h>

#include "tests/core/support/expect_error.h"

namespace patchboard {
namespace {

using testing::expect_error;
using Words = std::vector<std::string>;

std::vector<Filling> fillings_of(std::string_view text) { return PromptTemplate(text).fillings(); }

std::vector<std::string> texts_of(std::string_view text) {
  std::vector<std::string> texts;
  for (const Filling& filling : fillings_of(text)) {
    texts.push_back(filling.text);
  }
  return texts;
}

void expect_template_refused(std::string_view text, std::initializer_list<std::string_view> parts) {
  expect_error(ErrorCode::kExperiment, parts, [&] { PromptTemplate{text}; });
}

/// As many tokens as bytes.
std::vector<TokenId> encode_bytes(std::string_view text) { return {text.begin(), text.end()}; }

TEST(PromptTemplate, FillsASlotWithEachOfItsWords) {
  const std::vector<Filling> expected = {{"has won five titles.", {"five"}},
                                         {"has won two titles.", {"two"}},
                                         {"has won one titles.", {"one"}}};
  EXPECT_EQ(fillings_of("has won {five|two|one} titles."), expected);
}

TEST(PromptTemplate, ChangesTheLastSlotFastest) {
  const std::vector<Filling> expected = {
      {"a-x", {"a", "x"}}, {"a-y", {"a", "y"}}, {"b-x", {"b", "x"}}, {"b-y", {"b", "y"}}};
  EXPECT_EQ(fillings_of("{a|b}-{x|y}"), expected);
  EXPECT_EQ(PromptTemplate("{a|b}-{x|y}").slot_count(), 2U);
}

TEST(PromptTemplate, HasOneFillingWithoutSlots) {
  EXPECT_EQ(fillings_of("plain | text"), (std::vector<Filling>{{"plain | text", {}}}));
  EXPECT_EQ(texts_of(""), Words{""});
  EXPECT_EQ(texts_of("{one}"), Words{"one"});
}

TEST(PromptTemplate, TakesSlotsThatTouch) { EXPECT_EQ(texts_of("{a|b}{c}"), (Words{"ac", "bc"})); }

TEST(PromptTemplate, KeepsSpacesWithinWords) {
  EXPECT_EQ(texts_of("New{ York| Delhi}"), (Words{"New York", "New Delhi"}));
}

TEST(PromptTemplate, ReadsDoubledBracesAsBraces) {
  EXPECT_EQ(texts_of("{{a|b}}"), Words{"{a|b}"});
  EXPECT_EQ(texts_of("{{{a|b}}}"), (Words{"{a}", "{b}"}));
}

TEST(PromptTemplate, RefusesASlotThatDoesNotEnd) {
  expect_template_refused("won {five|two titles",
                          {"template, byte 5", "does not end", "expected \"}\""});
  expect_template_refused("won {", {"byte 5"});
}

TEST(PromptTemplate, RefusesABraceThatEndsNoSlot) {
  expect_template_refused("a} b", {"template, byte 2", "ends no slot", "\"}}\""});
  expect_template_refused("{a|b}}", {"byte 6", "ends no slot"});
}

TEST(PromptTemplate, RefusesASlotWithinASlot) {
  expect_template_refused("x{a|{b}}", {"byte 5", "within the slot that begins at byte 2"});
}

TEST(PromptTemplate, RefusesEmptyAlternatives) {
  for (const char* text : {"x{}", "x{a|}", "x{|a}", "x{a||b}"}) {
    expect_template_refused(text, {"byte 2", "empty alternative", "expected a word"});
  }
}

TEST(PromptTemplate, RefusesAnAlternativeThatIsThereTwice) {
  expect_template_refused("{a|b|a}", {"byte 1", "{a|b|a} has \"a\" twice"});
}

TEST(PromptTemplate, RefusesMoreFillingsThanAnyoneWaitsFor) {
  std::string ten = "{0|1|2|3|4|5|6|7|8|9}";
  EXPECT_EQ(fillings_of(ten + ten + ten + "{a|b}").size(), kMaxFillings);
  expect_template_refused(ten + ten + ten + "{a|b|c}",
                          {"10 x 10 x 10 x 3 fillings", "at most 2000"});
  std::string many;
  for (int slot = 0; slot < 100; ++slot) {
    many += ten;  // 10^100 would not fit in any counter
  }
  expect_template_refused(many, {"fillings, expected at most 2000"});
}

TEST(SplitByLength, KeepsTheLengthThatMostHave) {
  const LengthSplit split = split_by_length(fillings_of("x{aaa|a|bb|b|cc|c}"), encode_bytes);
  EXPECT_EQ(split.tokens, 2U);
  ASSERT_EQ(split.kept.size(), 3U);
  EXPECT_EQ(split.kept[0].text, "xa");
  EXPECT_EQ(split.kept[2].words, Words{"c"});
  ASSERT_EQ(split.others.size(), 3U);
  EXPECT_EQ(split.others[0].filling.text, "xaaa");
  EXPECT_EQ(split.others[0].tokens, 4U);
  EXPECT_EQ(split.others[2].filling.words, Words{"cc"});
  EXPECT_EQ(split.others[2].tokens, 3U);
}

TEST(SplitByLength, KeepsTheFirstLengthWhereSeveralAreAsFrequent) {
  const LengthSplit split = split_by_length(fillings_of("{bbb|a|ccc|d}"), encode_bytes);
  EXPECT_EQ(split.tokens, 3U);
  EXPECT_EQ(split.kept.size(), 2U);
  EXPECT_EQ(split.others.size(), 2U);
}

TEST(SplitByLength, HasNothingToReportWhereAllAreOfOneLength) {
  EXPECT_TRUE(split_by_length(fillings_of("{a|b}"), encode_bytes).others.empty());
  EXPECT_TRUE(split_by_length({}, encode_bytes).kept.empty());
}

}  // namespace
}  // namespace patchboard
