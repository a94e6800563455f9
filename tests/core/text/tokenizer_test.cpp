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
using testing::TokenizerFiles;
using Json = nlohmann::json;

Tokenizer small_tokenizer() {
  const TokenizerFiles files = small_tokenizer_files();
  return {files.vocab_json, files.merges_txt};
}

void expect_vocab_refused(std::initializer_list<std::string_view> parts, const std::string& vocab) {
  expect_error(ErrorCode::kTokenizer, parts,
               [&] { Tokenizer(vocab, small_tokenizer_files().merges_txt); });
}

void expect_merges_refused(std::initializer_list<std::string_view> parts,
                           const std::string& merges) {
  expect_error(ErrorCode::kTokenizer, parts,
               [&] { Tokenizer(small_tokenizer_files().vocab_json, merges); });
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
  expect_vocab_refused({"vocab.json, \"B\": 65", "0 to 266 once"}, with_id("B", 65));
  expect_vocab_refused({"vocab.json, \"A\": -1, expected a whole number from 0 to 266"},
                       with_id("A", -1));
  expect_vocab_refused({"\"A\": 267"}, with_id("A", 267));
  expect_vocab_refused({"\"A\": \"65\""}, with_id("A", "65"));
  expect_vocab_refused({"\"A\": 4294967361"}, with_id("A", 4294967361));  // 65 in 32 bits
  expect_vocab_refused({"\"A\" is there twice"}, R"({"A": 0, "A": 1})");
}

TEST(Tokenizer, RefusesSymbolsOutsideTheByteAlphabet) {
  expect_vocab_refused({"`€`", "byte alphabet"}, with_id("€", 267));
}

TEST(Tokenizer, RefusesAVocabularyWithoutEveryByte) {
  expect_vocab_refused({"vocab.json", "expected one for every byte"}, R"({"A": 0})");
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
  const Tokenizer tokenizer("\xEF\xBB\xBF" + files.vocab_json, "\xEF\xBB\xBF" + files.merges_txt);
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
  const Tokenizer tokenizer(small_tokenizer_files().vocab_json, "M i\r\n");
  EXPECT_EQ(tokenizer.encode("Mi"), std::vector<TokenId>{266});
}

}  // namespace
}  // namespace patchboard
