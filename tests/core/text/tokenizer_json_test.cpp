#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/text/byte_alphabet.h"
#include "core/text/tokenizer.h"
#include "tests/core/support/expect_error.h"

namespace patchboard {
namespace {

using testing::expect_error;
using Json = nlohmann::json;

/// The bytes, and `ab` (256).
Json small_file() {
  Json vocab = Json::object();
  for (int byte = 0; byte < 256; ++byte) {
    vocab[byte_to_symbol(static_cast<unsigned char>(byte))] = byte;
  }
  vocab["ab"] = 256;
  return {{"normalizer", nullptr},
          {"pre_tokenizer", {{"type", "ByteLevel"}, {"add_prefix_space", false}}},
          {"added_tokens", Json::array()},
          {"model", {{"type", "BPE"}, {"vocab", vocab}, {"merges", {"a b"}}}}};
}

Tokenizer read(const Json& file) { return Tokenizer({.tokenizer_json = file.dump()}); }

/// The small file with something in place of what a pointer names.
void expect_json_refused(std::initializer_list<std::string_view> parts, const char* pointer,
                         const Json& value) {
  Json file = small_file();
  file[Json::json_pointer(pointer)] = value;
  expect_error(ErrorCode::kTokenizer, parts, [&] { (void)read(file); });
}

TEST(TokenizerJson, IsEnoughByItself) {
  const Tokenizer tokenizer = read(small_file());
  EXPECT_EQ(tokenizer.encode("abc"), (std::vector<TokenId>{256, 'c'}));
  EXPECT_EQ(tokenizer.vocab_name(), "tokenizer.json");
}

TEST(TokenizerJson, StandsBackWhereTheTwoFilesAreThere) {
  const Json file = small_file();
  const std::string whole = file.dump();
  const std::string vocab = file["model"]["vocab"].dump();
  const Tokenizer tokenizer({.vocab_json = vocab, .merges_txt = "", .tokenizer_json = whole});
  EXPECT_EQ(tokenizer.encode("ab"), (std::vector<TokenId>{'a', 'b'}));
}

TEST(TokenizerJson, OfAnotherKindIsRefusedByItsName) {
  expect_json_refused({"tokenizer.json", "model.type", "WordPiece", "BPE"}, "/model/type",
                      "WordPiece");
  expect_json_refused({"normalizer", "NFC"}, "/normalizer", {{"type", "NFC"}});
  expect_json_refused({"pre_tokenizer", "null", "ByteLevel"}, "/pre_tokenizer", nullptr);
  expect_json_refused({"pre_tokenizer.type", "Whitespace"}, "/pre_tokenizer/type", "Whitespace");
  expect_json_refused({"use_regex", "false", "true"}, "/pre_tokenizer/use_regex", false);
  expect_json_refused({"dropout", "0.1"}, "/model/dropout", 0.1);
  expect_json_refused({"continuing_subword_prefix", "##"}, "/model/continuing_subword_prefix",
                      "##");
  expect_json_refused({"byte_fallback", "true"}, "/model/byte_fallback", true);
}

TEST(TokenizerJson, SaysWhichMergeIsNone) {
  expect_json_refused({"model.merges[1]", "\"ab\"", "two symbols"}, "/model/merges/1", "ab");
  expect_json_refused({"model.merges[1]", "two symbols"}, "/model/merges/1", {"a", "b", "c"});
  expect_json_refused({"model.merges[1]", "`zz` is not in"}, "/model/merges/1", {"z", "z"});
  expect_json_refused({"model.merges[1]", "is there twice"}, "/model/merges/1", "a b");
}

TEST(TokenizerJson, SaysWhatIsWrongWithAnAddedToken) {
  const auto added = [](const Json& more) {
    Json token = {{"id", 257}, {"content", "<x>"}, {"special", true}};
    token.update(more);
    return Json::array({token});
  };
  expect_json_refused({"added_tokens[0].id", "300", "257"}, "/added_tokens", added({{"id", 300}}));
  expect_json_refused({"added_tokens[0].id", "-1"}, "/added_tokens", added({{"id", -1}}));
  expect_json_refused({"single_word", "not supported"}, "/added_tokens",
                      added({{"single_word", true}}));
  expect_json_refused({"lstrip", "1"}, "/added_tokens", added({{"lstrip", 1}}));
}

}  // namespace
}  // namespace patchboard
