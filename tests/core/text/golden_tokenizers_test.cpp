// Every layout of a tokenizer's files, against what Hugging Face's own libraries make of them.
// Written by tests/golden/make_tokenizers.py.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/text/tokenizer.h"

namespace patchboard {
namespace {

using Json = nlohmann::json;
using Ids = std::vector<TokenId>;

Json golden_cases() {
  const auto path =
      std::filesystem::path(PATCHBOARD_GOLDEN_DIR).parent_path() / "tokenizers" / "cases.json";
  return Json::parse(std::ifstream(path));
}

Tokenizer tokenizer_of(const Json& files) {
  const auto text = [&](const char* name) {
    return files.contains(name) ? std::string_view(files[name].get_ref<const std::string&>())
                                : std::string_view();
  };
  return Tokenizer({.vocab_json = text("vocab.json"),
                    .merges_txt = text("merges.txt"),
                    .tokenizer_json = text("tokenizer.json"),
                    .added_tokens_json = text("added_tokens.json"),
                    .special_tokens_map_json = text("special_tokens_map.json"),
                    .tokenizer_config_json = text("tokenizer_config.json")});
}

TEST(GoldenTokenizers, GiveTheLibrariesIds) {
  std::size_t texts = 0;
  for (const Json& golden : golden_cases()) {
    SCOPED_TRACE(golden["name"]);
    const Tokenizer tokenizer = tokenizer_of(golden["files"]);
    for (const Json& expected : golden["texts"]) {
      const auto text = expected["text"].get<std::string>();
      EXPECT_EQ(tokenizer.encode(text), expected["ids"].get<Ids>()) << text;
      EXPECT_EQ(tokenizer.encode(text, SpecialTokens::kAreText), expected["plain"].get<Ids>())
          << text;
      ++texts;
    }
  }
  EXPECT_GT(texts, 700);
}

}  // namespace
}  // namespace patchboard
