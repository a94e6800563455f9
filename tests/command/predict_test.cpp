// `patchboard predict`

#include <gtest/gtest.h>

#include <sstream>

#include "tests/command/model_folder.h"
#include "tests/command/run_command.h"
#include "tests/core/support/loaded_session.h"

namespace patchboard {
namespace {

using testing::CommandResult;
using testing::Keys;
using testing::keys_of;
using testing::LoadedSession;
using testing::ModelFolder;
using testing::run_command;
using testing::run_json;
using testing::small_model;
using Json = nlohmann::json;

TEST(PredictCommand, WritesTokensAndTopAsJson) {
  const ModelFolder folder;
  const Json json =
      run_json({"predict", "--model", folder.path(), "--text", "Mi Jones", "--top", "5"});
  EXPECT_EQ(keys_of(json), (Keys{"tokens", "top"}));
  const Json tokens = {{{"id", 266}, {"text", "Mi"}}, {{"id", 260}, {"text", " Jones"}}};
  EXPECT_EQ(json["tokens"], tokens);

  LoadedSession session(1);
  const auto expected = session.predict(session.encode("Mi Jones"), 5);
  ASSERT_EQ(json["top"].size(), 5U);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const Json& top = json["top"][i];
    EXPECT_EQ(keys_of(top), (Keys{"id", "logit", "prob", "text"}));
    EXPECT_EQ(top["id"], expected[i].token);
    EXPECT_EQ(top["text"], session.token_text(static_cast<TokenId>(expected[i].token)));
    EXPECT_EQ(top["logit"].get<float>(), expected[i].logit);
    EXPECT_EQ(top["prob"].get<float>(), expected[i].prob);
  }
}

TEST(PredictCommand, GivesTheSameForTextAndForItsIds) {
  const ModelFolder folder;
  EXPECT_EQ(run_json({"predict", "--model", folder.path(), "--text", "Mi Jones"}),
            run_json({"predict", "--model", folder.path(), "--ids", "266,260"}));
}

TEST(PredictCommand, ShowsTenTokensUnlessAskedOrTheVocabularyIsSmaller) {
  const ModelFolder folder;
  const auto shown = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"predict", "--model", folder.path(), "--ids", "1"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_json(arguments)["top"].size();
  };
  EXPECT_EQ(shown({}), 10U);
  EXPECT_EQ(shown({"--top", "1"}), 1U);
  EXPECT_EQ(shown({"--top", "1000000"}), 270U);
}

TEST(PredictCommand, NeedsNoTokenizerForIds) {
  const ModelFolder folder;
  const Json with = run_json({"predict", "--model", folder.path(), "--ids", "266,260"});
  folder.remove_tokenizer();
  const Json without = run_json({"predict", "--model", folder.path(), "--ids", "266,260"});
  const Json tokens = {{{"id", 266}, {"text", "#266"}}, {{"id", 260}, {"text", "#260"}}};
  EXPECT_EQ(without["tokens"], tokens);
  ASSERT_EQ(without["top"].size(), with["top"].size());
  for (std::size_t i = 0; i < with["top"].size(); ++i) {
    EXPECT_EQ(without["top"][i]["id"], with["top"][i]["id"]);
    EXPECT_EQ(without["top"][i]["logit"], with["top"][i]["logit"]);
  }
}

TEST(PredictCommand, ReadsTokenizerJsonWhereTheTwoFilesAreNotThere) {
  const ModelFolder folder;
  const std::vector<std::string> arguments = {"predict", "--model", folder.path(), "--text",
                                              "Mi Jones<pad>"};
  Json merges = Json::array();
  std::istringstream lines(small_model().tokenizer.merges_txt);
  std::string line;
  std::getline(lines, line);  // the version
  while (std::getline(lines, line)) {
    merges.push_back(line);
  }
  const Json whole = {{"added_tokens", {{{"id", 267}, {"content", "<pad>"}, {"special", true}}}},
                      {"normalizer", nullptr},
                      {"pre_tokenizer", {{"type", "ByteLevel"}, {"add_prefix_space", false}}},
                      {"model",
                       {{"type", "BPE"},
                        {"vocab", Json::parse(small_model().tokenizer.vocab_json)},
                        {"merges", merges}}}};
  folder.remove_tokenizer();
  folder.write("tokenizer.json", whole.dump());
  const Json with_whole = run_json(arguments);
  EXPECT_EQ(with_whole["tokens"].back(), (Json{{"id", 267}, {"text", "<pad>"}}));
  folder.write("vocab.json", small_model().tokenizer.vocab_json);
  folder.write("merges.txt", small_model().tokenizer.merges_txt);
  folder.write("added_tokens.json", R"({"<pad>": 267})");
  EXPECT_EQ(run_json(arguments), with_whole);
}

TEST(PredictCommand, TakesATokenizerThatCannotBeReachedAsNoneForIds) {
  const ModelFolder folder;
  folder.remove("vocab.json");
  std::filesystem::create_symlink("vocab.json", folder.path("vocab.json"));
  const Json json = run_json({"predict", "--model", folder.path(), "--ids", "260"});
  EXPECT_EQ(json["tokens"][0]["text"], "#260");
}

TEST(PredictCommand, GivesTheSameForEveryThreadCount) {
  const ModelFolder folder;
  const auto with_threads = [&](const char* threads) {
    return run_json({"predict", "--model", folder.path(), "--ids", "1,2,3,4,5", "--top", "270",
                     "--threads", threads});
  };
  const Json expected = with_threads("1");
  EXPECT_EQ(with_threads("2"), expected);
  EXPECT_EQ(with_threads("3"), expected);
}

TEST(PredictCommand, PrintsATableWithoutJson) {
  const ModelFolder folder;
  const CommandResult result =
      run_command({"predict", "--model", folder.path(), "--ids", "260", "--top", "3"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.err, "");
  LoadedSession session(1);
  const std::vector<TokenId> ids = {260};
  for (const Prediction& prediction : session.predict(ids, 3)) {
    const Json text = session.token_text(static_cast<TokenId>(prediction.token));
    EXPECT_NE(result.out.find("  " + text.dump() + "\n"), std::string::npos) << result.out;
  }
  EXPECT_EQ(std::ranges::count(result.out, '\n'), 4) << result.out;
}

TEST(PredictCommand, ExplainsItself) {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"--help"}, {"predict", "--help"}, {"patch", "--help"}}) {
    const CommandResult result = run_command(arguments);
    EXPECT_EQ(result.exit_code, 0);
    EXPECT_NE(result.out.find("Usage"), std::string::npos) << result.out;
    EXPECT_EQ(result.err, "");
  }
}

}  // namespace
}  // namespace patchboard
