// The sets of prompts that come with the project, with GPT-2's tokenizer and the embedded model's.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "core/prompts/pairs.h"
#include "core/prompts/template.h"
#include "core/prompts/token_repair.h"
#include "core/text/tokenizer.h"

namespace patchboard {
namespace {

namespace fs = std::filesystem;

std::string read_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

Tokenizer tokenizer_in(const fs::path& folder) {
  return Tokenizer({.vocab_json = read_text(folder / "vocab.json"),
                    .merges_txt = read_text(folder / "merges.txt")});
}

const Tokenizer& gpt2() {
  static const Tokenizer kTokenizer = tokenizer_in(PATCHBOARD_TIKTOKEN_DIR);
  return kTokenizer;
}

const Tokenizer& embedded() {
  static const Tokenizer kTokenizer = tokenizer_in(PATCHBOARD_EMBEDDED_MODEL_DIR);
  return kTokenizer;
}

void expect_pairs_to_line_up(const std::vector<PromptPair>& pairs, const Tokenizer& tokenizer) {
  for (const PromptPair& pair : pairs) {
    SCOPED_TRACE(pair.clean);
    EXPECT_EQ(tokenizer.encode(pair.clean).size(), tokenizer.encode(pair.corrupted).size());
    EXPECT_NE(pair.clean, pair.corrupted);
    EXPECT_EQ(pair.targets.size(), 2U);
    for (const std::string& target : pair.targets) {
      EXPECT_EQ(tokenizer.encode(target).size(), 1U) << target;
    }
  }
}

RepairReport repair(std::string_view clean, std::string_view corrupted,
                    const std::vector<std::string>& candidates = {}) {
  return repair_lengths(
      clean, corrupted, candidates, [](std::string_view text) { return gpt2().encode(text); },
      [](TokenId id) { return gpt2().display_text(id); });
}

TEST(PromptSets, LineUpInBothVocabularies) {
  for (const char* name : {"ioi.json", "surnames.json", "induction.json"}) {
    SCOPED_TRACE(name);
    const auto pairs = read_pairs(read_text(fs::path(PATCHBOARD_EXPERIMENTS_DIR) / name));
    EXPECT_GE(pairs.size(), 16U);
    expect_pairs_to_line_up(pairs, gpt2());
    expect_pairs_to_line_up(pairs, embedded());
  }
}

TEST(PromptSets, TheReportsNumbersAreSingleTokensInBothVocabularies) {
  const std::vector<Filling> fillings =
      PromptTemplate(
          "Cristiano Ronaldo has won {one|two|three|five|six|seven|eight|nine|ten} Champions "
          "League titles.")
          .fillings();
  for (const Tokenizer* tokenizer : {&gpt2(), &embedded()}) {
    const LengthSplit split =
        split_by_length(fillings, [&](std::string_view text) { return tokenizer->encode(text); });
    EXPECT_TRUE(split.others.empty());
  }
}

TEST(PromptSets, ATemplatesWordsOfOtherLengthsAreReported) {
  const LengthSplit split =
      split_by_length(PromptTemplate("Michelle {Jones|Smith|Masella|Bahar|Brown} was").fillings(),
                      [](std::string_view text) { return gpt2().encode(text); });
  EXPECT_EQ(split.tokens, 3U);
  EXPECT_EQ(split.kept.size(), 3U);
  ASSERT_EQ(split.others.size(), 2U);
  EXPECT_EQ(split.others[0].filling.words.front(), "Masella");
  EXPECT_GT(split.others[0].tokens, split.tokens);
}

TEST(PromptSets, ARareSurnameIsRepairedInGpt2sVocabulary) {
  const RepairReport report =
      repair("Michelle Jones was a top-notch student. Michelle",
             "Michelle Patchboard was a top-notch student. Michelle", {"Masella", "Brown"});
  ASSERT_EQ(report.differences.size(), 1U);
  EXPECT_EQ(report.differences[0].clean.tokens, std::vector<std::string>{" Jones"});
  EXPECT_GT(report.differences[0].corrupted.tokens.size(), 1U);
  ASSERT_FALSE(report.repairs.empty());
  EXPECT_EQ(report.repairs[0].corrupted, "Michelle Brown was a top-notch student. Michelle");
}

TEST(PromptSets, ALowerCaseNameIsRepairedByItsCapital) {
  const RepairReport report = repair("When Mary left", "When katie left");
  ASSERT_FALSE(report.repairs.empty());
  EXPECT_EQ(report.repairs[0].corrupted, "When Katie left");
}

}  // namespace
}  // namespace patchboard
