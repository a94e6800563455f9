// `--tokenizer gpt2`: for a model that has no tokenizer and GPT-2's vocabulary.

#include <gtest/gtest.h>

#include "tests/command/bad_input.h"
#include "tests/command/model_folder.h"
#include "tests/command/run_command.h"
#include "tests/core/support/random_model.h"
#include "tools/patchboard/synthetic_model.h"

namespace patchboard {
namespace {

using testing::expect_bad_input;
using testing::ModelFolder;
using testing::run_command;
using testing::run_json;
using testing::TemporaryFolder;
using Json = nlohmann::json;

constexpr const char* kText = "On the deserted planet they discovered a<|endoftext|>";
const std::vector<TokenId> kIds = {2202, 262, 36043, 5440, 484, 5071, 257, 50256};

/// Random weights alone.
class BareFolder : public TemporaryFolder {
 public:
  explicit BareFolder(Index vocab_size) {
    write_synthetic_model(testing::small_config(1, 1, 4, vocab_size), 1, path(),
                          [](std::uint64_t, std::uint64_t) {});
    remove("vocab.json");
    remove("merges.txt");
  }
};

std::vector<TokenId> ids_of(const Json& tokens) {
  std::vector<TokenId> ids;
  for (const Json& token : tokens) {
    ids.push_back(token["id"].get<TokenId>());
  }
  return ids;
}

TEST(Gpt2Tokenizer, ReadsTextForAVocabularyOfItsSizeOrPadded) {
  for (const Index vocab_size : {50'257, 50'304}) {
    const BareFolder folder(vocab_size);
    const Json json =
        run_json({"predict", "--model", folder.path(), "--tokenizer", "gpt2", "--text", kText});
    EXPECT_EQ(ids_of(json["tokens"]), kIds);
    EXPECT_EQ(json["tokens"][7]["text"], "<|endoftext|>");
  }
}

TEST(Gpt2Tokenizer, ShowsIdsThatPadTheVocabularyByTheirNumber) {
  const BareFolder folder(50'304);
  const auto with = [&](testing::Arguments arguments) {
    arguments.insert(arguments.end(), {"--model", folder.path(), "--tokenizer", "gpt2"});
    return arguments;
  };
  const Json predicted = run_json(with({"predict", "--ids", "15496,50300"}));
  EXPECT_EQ(predicted["tokens"][1]["text"], "#50300");
  const testing::Arguments experiment = {"--clean-ids", "15496,50300",  "--corrupted-ids",
                                         "15496,345",   "--target-ids", "50300"};
  for (const char* subcommand : {"patch", "lens"}) {
    testing::Arguments arguments = {subcommand};
    arguments.insert(arguments.end(), experiment.begin(), experiment.end());
    const auto shown = run_command(with(arguments));
    EXPECT_EQ(shown.exit_code, 0) << shown.err;
    EXPECT_NE(shown.out.find("#50300"), std::string::npos) << subcommand << ": " << shown.out;
  }
}

TEST(Gpt2Tokenizer, IsToldWhereTheModelIsNamedAndUsedByReplay) {
  const BareFolder folder(50'257);
  const auto text =
      run_command({"predict", "--model", folder.path(), "--tokenizer", "gpt2", "--text", "Hello"});
  EXPECT_EQ(text.exit_code, 0) << text.err;
  EXPECT_NE(text.out.find(", with GPT-2's tokenizer\n"), std::string::npos) << text.out;
  const Json saved = run_json({"patch", "--model", folder.path(), "--tokenizer", "gpt2", "--clean",
                               "Hello you", "--corrupted", "Hello me", "--target", " Jones"});
  EXPECT_EQ(saved["model"]["tokenizer"], "gpt2");
  folder.write("saved.json", saved.dump());
  const auto replayed = run_json({"replay", folder.path("saved.json"), "--model", folder.path()});
  EXPECT_EQ(replayed["same"], true);
}

TEST(Gpt2Tokenizer, IsRefusedForAnotherVocabularyAndNamedWhereThereIsNone) {
  const ModelFolder other;
  expect_bad_input({"predict", "--model", other.path(), "--tokenizer", "gpt2", "--text", "x"},
                   {"vocab_size is 270", "50257", "50304"});
  expect_bad_input({"predict", "--tokenizer", "gpt2", "--text", "x"}, {"expected 50257"});
  expect_bad_input({"predict", "--tokenizer", "bert", "--text", "x"}, {"--tokenizer", "gpt2"});
  const BareFolder bare(50'257);
  expect_bad_input({"predict", "--model", bare.path(), "--text", "x"}, {"--tokenizer gpt2"});
}

}  // namespace
}  // namespace patchboard
