// What OpenAI's tokenizer makes of generated strings; tests/tiktoken/make-cases.mjs writes them.

#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <iostream>
#include <iterator>
#include <span>
#include <string>
#include <vector>

#include "core/text/tokenizer.h"

namespace patchboard {
namespace {

std::string fixture(const char* name) { return std::string(PATCHBOARD_TIKTOKEN_DIR) + "/" + name; }

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path << " is missing; ctest makes it before this test";
  return {std::istreambuf_iterator<char>(file), {}};
}

struct Case {
  std::string text;
  std::vector<TokenId> ids;
};

/// Reads cases one by one: byte count, bytes, id count, ids.
class CaseReader {
 public:
  explicit CaseReader(const std::string& path) : file_(path, std::ios::binary) {}

  bool next(Case& out) {
    std::uint32_t count = 0;
    if (!read(&count, 1)) {
      return false;
    }
    out.text.resize(count);
    read(out.text.data(), count);
    read(&count, 1);
    out.ids.resize(count);
    return read(out.ids.data(), count);
  }

 private:
  template <typename Value>
  bool read(Value* values, std::size_t count) {
    const auto bytes = static_cast<std::streamsize>(count * sizeof(Value));
    return static_cast<bool>(file_.read(reinterpret_cast<char*>(values), bytes));
  }

  std::ifstream file_;
};

Tokenizer read_tokenizer() {
  return Tokenizer({.vocab_json = read_file(fixture("vocab.json")),
                    .merges_txt = read_file(fixture("merges.txt"))});
}

/// GPT-2's own, as it comes with the command and the page.
Tokenizer own_tokenizer() { return Tokenizer::gpt2(read_file(PATCHBOARD_GPT2_MERGES)); }

void compare_all(const Tokenizer& tokenizer) {
  constexpr std::size_t kLeastCases = 100'000;
  constexpr std::size_t kShownDifferences = 5;
  CaseReader reader(fixture("cases.bin"));
  std::size_t cases = 0;
  std::size_t differences = 0;
  for (Case expected; reader.next(expected); ++cases) {
    const std::vector<TokenId> ids = tokenizer.encode(expected.text, SpecialTokens::kAreText);
    if (ids != expected.ids && ++differences <= kShownDifferences) {
      ADD_FAILURE() << "case " << cases << ": " << ::testing::PrintToString(expected.text)
                    << "\n  here     " << ::testing::PrintToString(ids) << "\n  tiktoken "
                    << ::testing::PrintToString(expected.ids);
    }
  }
  EXPECT_EQ(differences, 0U);
  EXPECT_GE(cases, kLeastCases);
  ::testing::Test::RecordProperty("cases", static_cast<int>(cases));
  std::cout << cases << " strings compared with tiktoken, " << differences << " differences\n";
}

TEST(Tiktoken, GivesTheSameIdsForEveryGeneratedString) { compare_all(read_tokenizer()); }

TEST(Tiktoken, GivesTheSameIdsAsGpt2sTokenizerOfItsMergesAlone) {
  const Tokenizer tokenizer = own_tokenizer();
  compare_all(tokenizer);
  EXPECT_EQ(tokenizer.vocab_size(), 50'257);
  EXPECT_EQ(tokenizer.encode("<|endoftext|>"), (std::vector<TokenId>{50'256}));
  EXPECT_EQ(tokenizer.encode("<|endoftext|>", SpecialTokens::kAreText).size(), 7U);
  const Tokenizer published = read_tokenizer();
  for (TokenId id = 0; id < tokenizer.vocab_size(); ++id) {
    ASSERT_EQ(tokenizer.decode(std::span(&id, 1)), published.decode(std::span(&id, 1))) << id;
  }
}

// Token ids published with an in-browser explainer of GPT-2, for prompts run on the real model.
const std::vector<Case> kPublished = {
    {"Data visualization empowers users to", {6601, 32704, 795, 30132, 2985, 284}},
    {"Artificial Intelligence is transforming the", {8001, 9542, 9345, 318, 25449, 262}},
    {"As the spaceship was approaching the", {1722, 262, 40663, 373, 13885, 262}},
    {"On the deserted planet they discovered a", {2202, 262, 36043, 5440, 484, 5071, 257}},
    {"IEEE VIS conference highlights the", {40, 31909, 50035, 4495, 11330, 262}}};

TEST(Tiktoken, GivesThePublishedIdsOfPromptsRunOnGpt2) {
  const Tokenizer tokenizer = read_tokenizer();
  for (const auto& [text, ids] : kPublished) {
    EXPECT_EQ(tokenizer.encode(text, SpecialTokens::kAreText), ids) << text;
    EXPECT_EQ(tokenizer.decode(ids), text);
  }
}

// The page's presets measure these tokens.
TEST(Tiktoken, HasEveryPresetsTargetsAsOneToken) {
  const Tokenizer tokenizer = read_tokenizer();
  for (const char* target : {" Jones", " Smith", " Crist", " Ronaldo", " Lionel", " Messi"}) {
    EXPECT_EQ(tokenizer.encode(target).size(), 1U) << target;
  }
}

}  // namespace
}  // namespace patchboard
