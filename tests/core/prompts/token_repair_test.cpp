#include "core/prompts/token_repair.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "core/text/tokenizer.h"
#include "tests/core/support/small_tokenizer.h"

namespace patchboard {
namespace {

using Texts = std::vector<std::string>;

const Tokenizer& tokenizer() {
  static const auto files = testing::small_tokenizer_files();
  static const Tokenizer kTokenizer(files);
  return kTokenizer;
}

RepairReport repair(std::string_view clean, std::string_view corrupted,
                    const Texts& candidates = {}) {
  return repair_lengths(
      clean, corrupted, candidates, [](std::string_view text) { return tokenizer().encode(text); },
      [](TokenId id) { return tokenizer().display_text(id); });
}

const Repair* with_prompts(const RepairReport& report, std::string_view clean,
                           std::string_view corrupted) {
  const auto found = std::ranges::find_if(report.repairs, [&](const Repair& each) {
    return each.clean == clean && each.corrupted == corrupted;
  });
  return found == report.repairs.end() ? nullptr : &*found;
}

void expect_sound(const RepairReport& report) {
  EXPECT_LE(report.repairs.size(), kMaxRepairs);
  for (const Repair& each : report.repairs) {
    EXPECT_NE(each.clean, each.corrupted);
    EXPECT_EQ(tokenizer().encode(each.clean).size(), each.tokens) << each.clean;
    EXPECT_EQ(tokenizer().encode(each.corrupted).size(), each.tokens) << each.corrupted;
    EXPECT_FALSE(each.explanation.empty());
  }
}

TEST(RepairLengths, SaysWhichWordSplitsIntoWhat) {
  const RepairReport report = repair("Hi Jones, Mi", "Hi Bo, Mi");
  EXPECT_EQ(report.clean_tokens, 6U);
  EXPECT_EQ(report.corrupted_tokens, 8U);
  ASSERT_EQ(report.differences.size(), 1U);
  EXPECT_EQ(report.differences[0].clean, (SplitWords{" Jones", {" Jones"}}));
  EXPECT_EQ(report.differences[0].corrupted, (SplitWords{" Bo", {" ", "B", "o"}}));
}

TEST(RepairLengths, OffersACandidateFirst) {
  const RepairReport report = repair("Hi Jones, Mi", "Hi Bo, Mi", {"Smith", " Ed", "Jones"});
  ASSERT_GE(report.repairs.size(), 2U);
  EXPECT_EQ(report.repairs[0].clean, "Hi Jones, Mi");
  EXPECT_EQ(report.repairs[0].corrupted, "Hi Smith, Mi");
  EXPECT_EQ(report.repairs[0].tokens, 6U);
  EXPECT_EQ(report.repairs[0].explanation,
            "in the corrupted prompt ` |B|o` (3 tokens) becomes ` Smith` (1 token), from the list");
  EXPECT_EQ(report.repairs[1].clean, "Hi Ed, Mi") << "or in the clean prompt";
  EXPECT_EQ(report.repairs[1].corrupted, "Hi Bo, Mi");
  expect_sound(report);
}

TEST(RepairLengths, OffersOtherCapitals) {
  const RepairReport report = repair("Hi Jones", "Hi smith");
  const Repair* found = with_prompts(report, "Hi Jones", "Hi Smith");
  ASSERT_NE(found, nullptr);
  EXPECT_NE(found->explanation.find("the same word written differently"), std::string::npos);
  expect_sound(report);
}

TEST(RepairLengths, OffersAnotherLeadingSpaceAtTheStart) {
  const RepairReport report = repair("Mi won", "Smith won");
  EXPECT_NE(with_prompts(report, "Mi won", " Smith won"), nullptr);
  EXPECT_EQ(with_prompts(repair("x Mi won", "x Bo won"), "x Mi won", "xBo won"), nullptr);
  expect_sound(report);
}

TEST(RepairLengths, OffersWordsOfTheOtherPromptThatBeginWithTheSameCase) {
  const RepairReport report = repair("Smith or Jones", "Smith or Bo");
  const Repair* found = with_prompts(report, "Smith or Jones", "Smith or Smith");
  ASSERT_NE(found, nullptr);
  EXPECT_NE(found->explanation.find("a word of the other prompt"), std::string::npos);
  EXPECT_EQ(with_prompts(report, "Smith or Jones", "Smith or or"), nullptr);
  expect_sound(report);
}

TEST(RepairLengths, OffersTheBeginningOfTheLongerWord) {
  const RepairReport report = repair("Hi Jones", "Hi Smithson");
  const Repair* found = with_prompts(report, "Hi Jones", "Hi Smith");
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->explanation,
            "in the corrupted prompt ` Smith|s|o|n` (4 tokens) becomes ` Smith` (1 token), its "
            "beginning");
  expect_sound(report);
}

TEST(RepairLengths, OffersToLeaveOutWhatOnePromptOnlyHas) {
  const RepairReport report = repair("a Jones b", "a Smith very b");
  ASSERT_EQ(report.differences.size(), 1U);
  EXPECT_EQ(report.differences[0].corrupted.text, " Smith very");
  const RepairReport inserted = repair("a b c Jones", "a x b c Smith");
  ASSERT_EQ(inserted.differences.size(), 2U);
  EXPECT_EQ(inserted.differences[0].clean, (SplitWords{"", {}}));
  const Repair* found = with_prompts(inserted, "a b c Jones", "a b c Smith");
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->explanation, "in the corrupted prompt ` |x` (2 tokens) is left out");
  expect_sound(inserted);
}

TEST(RepairLengths, OffersNothingThatMakesThePromptsTheSame) {
  EXPECT_TRUE(repair("a b", "a x b").repairs.empty());
  EXPECT_TRUE(repair("Jones", "Jones a").repairs.empty());
}

TEST(RepairLengths, RepairsSeveralPlacesTogether) {
  const RepairReport report = repair("Hi Jones, oh Jones.", "Hi Bo, oh Bobby.", {"Smith"});
  ASSERT_EQ(report.differences.size(), 2U);
  ASSERT_FALSE(report.repairs.empty());
  EXPECT_EQ(report.repairs[0].corrupted, "Hi Smith, oh Smith.");
  EXPECT_NE(report.repairs[0].explanation.find("; in the corrupted"), std::string::npos);
  expect_sound(report);
}

TEST(RepairLengths, LeavesPlacesThatLineUpAsTheyAre) {
  const RepairReport report = repair("x Jones a Jones", "x Smith a Bo", {"Smith"});
  ASSERT_EQ(report.differences.size(), 2U);
  ASSERT_FALSE(report.repairs.empty());
  EXPECT_EQ(report.repairs[0].clean, "x Jones a Jones");
  EXPECT_EQ(report.repairs[0].corrupted, "x Smith a Smith");
}

TEST(RepairLengths, OffersNothingWhereTheLengthsAgree) {
  const RepairReport report = repair("Hi Jones", "Hi Smith", {"Mi"});
  EXPECT_EQ(report.differences.size(), 1U);
  EXPECT_TRUE(report.repairs.empty());
  EXPECT_TRUE(repair("same", "same").differences.empty());
}

TEST(RepairLengths, TakesEmptyPromptsAndBytesThatAreNoText) {
  EXPECT_TRUE(repair("", "").differences.empty());
  expect_sound(repair("", "Hi Jones", {"Mi"}));
  expect_sound(repair("a\xFF", "é Jones", {"Mi", "", " "}));
}

TEST(RepairLengths, DoesNotCutACharacterInTwo) {
  const RepairReport report = repair("é", "éé");  // 2 tokens, 4 tokens
  EXPECT_NE(report.clean_tokens, report.corrupted_tokens);
  for (const Repair& each : report.repairs) {
    EXPECT_EQ(each.corrupted.find('\\'), std::string::npos);
  }
  expect_sound(report);
}

TEST(RepairLengths, OffersFewOfEachKindFromALongList) {
  Texts candidates;
  for (char letter = 'a'; letter <= 'z'; ++letter) {
    candidates.push_back({letter, letter});
  }
  const RepairReport report = repair("Hi Bo", "Hi Jones", candidates);
  const auto from_the_list = std::ranges::count_if(report.repairs, [](const Repair& each) {
    return each.explanation.find("from the list") != std::string::npos;
  });
  EXPECT_EQ(from_the_list, 4);
}

TEST(RepairLengths, IsSoundForRandomPrompts) {
  const Texts words = {" Jones", " Smith", "Mi", " Bo", " a", ",", " mi", "\n", "é", "  "};
  std::mt19937 random(1);
  const auto prompt = [&] {
    std::string text;
    for (std::size_t count = random() % 7; count > 0; --count) {
      text += words[random() % words.size()];
    }
    return text;
  };
  for (int round = 0; round < 500; ++round) {
    const std::string clean = prompt();
    const std::string corrupted = prompt();
    SCOPED_TRACE(clean + " / " + corrupted);
    const RepairReport report = repair(clean, corrupted, {"Smith", "xy"});
    expect_sound(report);
    EXPECT_EQ(report.differences.empty(), clean == corrupted);
  }
}

TEST(RepairLengths, ComparesVeryLongPromptsAsOneDifference) {
  std::string clean = "a";
  std::string corrupted = "b";
  for (int i = 0; i < 2000; ++i) {
    clean += " x y";
    corrupted += " z y";
  }
  EXPECT_EQ(repair(clean + "!", corrupted + "?").differences.size(), 1U);
}

TEST(RepairLengths, ComparesPromptsWhoseTableWouldNotBeCountedIn32Bits) {
  std::string clean;
  std::string corrupted;
  for (int i = 0; i < 65536; ++i) {  // its size is little modulo 2^32
    clean += " x";
    corrupted += " z";
  }
  EXPECT_EQ(repair(clean, corrupted + "?").differences.size(), 1U);
}

TEST(RepairLengths, OffersNothingInPlaceOfWordsThatNobodyWouldRead) {
  const std::string longest(50'000, 'x');  // its beginnings together are 1.2 GB
  EXPECT_TRUE(repair("Hi Jones", "Hi " + longest).repairs.empty());
  EXPECT_FALSE(repair("Hi Jones", "Hi Smith" + longest.substr(0, 90)).repairs.empty());
}

}  // namespace
}  // namespace patchboard
