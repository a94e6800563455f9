#include "core/text/tokenizer.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/core/support/expect_error.h"
#include "tests/core/support/small_tokenizer.h"

namespace patchboard {
namespace {

using testing::expect_error;
using testing::kJones;
using testing::small_tokenizer_files;
using testing::TokenizerTexts;
using Json = nlohmann::json;

Tokenizer small_tokenizer() {
  const TokenizerTexts files = small_tokenizer_files();
  return Tokenizer(files);
}

Tokenizer make(const std::string& vocab, const std::string& merges) {
  return Tokenizer({.vocab_json = vocab, .merges_txt = merges});
}

void expect_vocab_refused(std::initializer_list<std::string_view> parts, const std::string& vocab) {
  expect_error(ErrorCode::kTokenizer, parts,
               [&] { make(vocab, small_tokenizer_files().merges_txt); });
}

void expect_merges_refused(std::initializer_list<std::string_view> parts,
                           const std::string& merges) {
  expect_error(ErrorCode::kTokenizer, parts,
               [&] { make(small_tokenizer_files().vocab_json, merges); });
}

/// The small vocabulary with one symbol given another id.
std::string with_id(const std::string& symbol, const Json& id) {
  Json vocab = Json::parse(small_tokenizer_files().vocab_json);
  vocab[symbol] = id;
  return vocab.dump();
}

TEST(Tokenizer, EncodesByTheMerges) {
  EXPECT_EQ(small_tokenizer().encode(" Jones"), std::vector<TokenId>{kJones});
  EXPECT_EQ(small_tokenizer().encode(""), std::vector<TokenId>{});
}

TEST(Tokenizer, DecodesToTheBytesThatWereEncoded) {
  const Tokenizer tokenizer = small_tokenizer();
  for (const char* text : {"Michelle Jones", "naïve 😀\n\t", "don't  stop", "\u3000"}) {
    EXPECT_EQ(tokenizer.decode(tokenizer.encode(text)), text);
  }
}

TEST(Tokenizer, ReadsInvalidUtf8AsTheReplacementCharacter) {
  const Tokenizer tokenizer = small_tokenizer();
  EXPECT_EQ(tokenizer.encode("a\xFF"), tokenizer.encode("a\uFFFD"));
}

TEST(Tokenizer, ShowsBytesThatAreNoTextAsHex) {
  const Tokenizer tokenizer = small_tokenizer();
  EXPECT_EQ(tokenizer.display_text(kJones), " Jones");
  EXPECT_EQ(tokenizer.display_text(0xF0), "\\xF0");
  EXPECT_EQ(tokenizer.display_text('\n'), "\n");
}

TEST(Tokenizer, RefusesIdsOutsideTheVocabulary) {
  const Tokenizer tokenizer = small_tokenizer();
  expect_error(ErrorCode::kTokenizer, {"token id -1", "expected 0 to 266"},
               [&] { (void)tokenizer.display_text(-1); });
  expect_error(ErrorCode::kTokenizer, {"token id 267"},
               [&] { (void)tokenizer.decode(std::vector<TokenId>{267}); });
}

TEST(Tokenizer, RefusesAVocabularyThatIsNoJsonObject) {
  expect_vocab_refused({"vocab.json: not JSON"}, "{");
  expect_vocab_refused({"vocab.json: [], expected an object"}, "[]");
}

TEST(Tokenizer, RefusesIdsThatAreNotEachWholeNumberOnce) {
  expect_vocab_refused({"vocab.json, \"B\": 65", "no other token"}, with_id("B", 65));
  expect_vocab_refused({"vocab.json, \"A\": -1, expected a whole number from 0"}, with_id("A", -1));
  expect_vocab_refused({"\"A\": \"65\""}, with_id("A", "65"));
  expect_vocab_refused({"\"A\": 4294967361"}, with_id("A", 4294967361));  // 65 in 32 bits
  expect_vocab_refused({"\"A\" is there twice"}, R"({"A": 0, "A": 1})");
}

TEST(Tokenizer, ReadsIdsWithGaps) {
  const Tokenizer tokenizer = make(with_id("A", 1000), small_tokenizer_files().merges_txt);
  EXPECT_EQ(tokenizer.encode("A"), std::vector<TokenId>{1000});
  EXPECT_EQ(tokenizer.vocab_size(), 1001);
  EXPECT_TRUE(tokenizer.knows(1000));
  EXPECT_FALSE(tokenizer.knows(65));
  expect_error(ErrorCode::kTokenizer, {"token id 65"}, [&] { (void)tokenizer.display_text(65); });
}

TEST(Tokenizer, TakesATokenOutsideTheByteAlphabetAsItIsWritten) {
  const Tokenizer tokenizer =
      make(with_id("<end of turn>", 267), small_tokenizer_files().merges_txt);
  EXPECT_EQ(tokenizer.display_text(267), "<end of turn>");
  EXPECT_NE(tokenizer.encode("<end of turn>"), std::vector<TokenId>{267});
}

// transformers gives it a number behind the vocabulary, of which the model has no row.
TEST(Tokenizer, TakesAnEndOfTextThatTheVocabularyLacksAsText) {
  EXPECT_EQ(small_tokenizer().encode("<|endoftext|>").size(), 13);
  const Tokenizer tokenizer =
      make(with_id("<|endoftext|>", 267), small_tokenizer_files().merges_txt);
  EXPECT_EQ(tokenizer.encode("<|endoftext|>"), std::vector<TokenId>{267});
  EXPECT_EQ(tokenizer.encode("<|endoftext|>", SpecialTokens::kAreText).size(), 13);
}

TEST(Tokenizer, SaysWhichCharacterAVocabularyWithoutEveryByteCannotWrite) {
  Json vocab = Json::parse(small_tokenizer_files().vocab_json);
  vocab.erase("\u00a9");
  const Tokenizer tokenizer = make(vocab.dump(), small_tokenizer_files().merges_txt);
  EXPECT_EQ(tokenizer.encode("a").size(), 1);
  expect_error(ErrorCode::kPrompt, {"`\u00e9`", "vocab.json", "0xA9"},
               [&] { (void)tokenizer.encode("caf\u00e9"); });
}

TEST(Tokenizer, RefusesMergesThatAreNotTwoSymbolsOfTheVocabulary) {
  expect_merges_refused({"merges.txt line 2", "\"Jones\"", "two symbols"},
                        "#version: 0.2\nJones\n");
  expect_merges_refused({"merges.txt line 1", "two symbols"}, "J o n\n");
  expect_merges_refused({"merges.txt line 1", "`zz` is not in vocab.json"}, "z z\n");
}

TEST(Tokenizer, RefusesAMergeTwice) {
  expect_merges_refused({"merges.txt line 2", "\"M i\" is there twice"}, "M i\nM i\n");
}

TEST(Tokenizer, SkipsAByteOrderMarkBeforeEitherFile) {
  const auto files = small_tokenizer_files();
  const Tokenizer tokenizer =
      make("\xEF\xBB\xBF" + files.vocab_json, "\xEF\xBB\xBF" + files.merges_txt);
  EXPECT_EQ(tokenizer.encode(" Jones"), std::vector<TokenId>{kJones});
}

TEST(Tokenizer, SaysWhatAFileIsInPlaceOfText) {
  const std::string pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\n";
  expect_vocab_refused({"vocab.json: is a Git LFS pointer"}, pointer);
  expect_merges_refused({"merges.txt: is a Git LFS pointer"}, pointer);
  expect_merges_refused({"merges.txt: is not UTF-8 at byte 3, in line 2 (0xE9)"}, "M \n\xE9 i\n");
  expect_merges_refused({"merges.txt: is UTF-16"}, std::string("\xFF\xFEM\0", 4));
}

TEST(Tokenizer, ReadsMergesWithWindowsLineEndsAndWithoutVersion) {
  const Tokenizer tokenizer = make(small_tokenizer_files().vocab_json, "M i\r\n");
  EXPECT_EQ(tokenizer.encode("Mi"), std::vector<TokenId>{266});
}

}  // namespace
}  // namespace patchboard
