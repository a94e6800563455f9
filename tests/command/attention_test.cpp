// `patchboard attention`

#include <gtest/gtest.h>

#include "tests/command/bad_input.h"
#include "tests/command/model_folder.h"
#include "tests/command/run_command.h"
#include "tests/core/support/loaded_session.h"

namespace patchboard {
namespace {

using testing::Arguments;
using testing::CommandResult;
using testing::expect_bad_input;
using testing::kClean;
using testing::kCorrupted;
using testing::Keys;
using testing::keys_of;
using testing::LoadedSession;
using testing::ModelFolder;
using testing::run_command;
using testing::run_json;
using Json = nlohmann::json;
using Pattern = std::vector<std::vector<float>>;

constexpr Index kTokens = 4;

Arguments attention(const ModelFolder& folder, const Arguments& more) {
  Arguments arguments = {"attention", "--model",     folder.path(), "--clean",
                         kClean,      "--corrupted", kCorrupted};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

Pattern of_head(const Matrix& patterns, Index head) {
  Pattern pattern;
  for (Index query = 0; query < kTokens; ++query) {
    const auto values = row_values(patterns, head * kTokens + query);
    pattern.emplace_back(values.begin(), values.end());
  }
  return pattern;
}

TEST(AttentionCommand, WritesTheSessionsPatternsAndTheirDifference) {
  const ModelFolder folder;
  const Json json = run_json(attention(folder, {"--layer", "1"}));
  EXPECT_EQ(keys_of(json), (Keys{"heads", "layer", "model", "patterns", "tokens"}));
  LoadedSession session(1);
  session.start({.clean = session.encode(kClean),
                 .corrupted = session.encode(kCorrupted),
                 .targets = {{260}}});
  const Matrix clean = session.attention_patterns(RunName::kClean, 1);
  const Matrix corrupted = session.attention_patterns(RunName::kCorrupted, 1);
  const Json& patterns = json["patterns"];
  ASSERT_EQ(std::ssize(json["heads"]), session.config().n_head);
  for (Index head = 0; head < session.config().n_head; ++head) {
    const auto index = static_cast<std::size_t>(head);
    EXPECT_EQ(patterns["clean"][index].get<Pattern>(), of_head(clean, head));
    EXPECT_EQ(patterns["corrupted"][index].get<Pattern>(), of_head(corrupted, head));
    EXPECT_EQ(patterns["difference"][index].get<Pattern>(), of_head(corrupted - clean, head));
  }
}

TEST(AttentionCommand, WritesOneHeadOfASinglePrompt) {
  const ModelFolder folder;
  const Json all = run_json(attention(folder, {"--layer", "2"}));
  const Json one = run_json(
      {"attention", "--model", folder.path(), "--text", kClean, "--layer", "2", "--head", "1"});
  EXPECT_EQ(one["heads"], Json{1});
  EXPECT_EQ(keys_of(one["patterns"]), Keys{"clean"});
  EXPECT_EQ(one["patterns"]["clean"][0], all["patterns"]["clean"][1]);
}

TEST(AttentionCommand, PrintsCleanCorruptedAndDifference) {
  const ModelFolder folder;
  const CommandResult result = run_command(attention(folder, {"--layer", "0", "--head", "0"}));
  EXPECT_EQ(result.exit_code, 0);
  for (const char* part :
       {"layer 0, head 0, clean: queries down, keys across",
        "head 0, corrupted: ", "head 0, corrupted - clean: ", "\" Jones\" / \" Smith\""}) {
    EXPECT_NE(result.out.find(part), std::string::npos) << part << " is not in\n" << result.out;
  }
}

TEST(AttentionCommand, RefusesLayersAndHeadsThatAreNotThere) {
  const ModelFolder folder;
  expect_bad_input(attention(folder, {}), {"--layer"});
  expect_bad_input(attention(folder, {"--layer", "3"}), {"--layer: 3, expected 0 to 2"});
  expect_bad_input(attention(folder, {"--layer=-1"}), {"--layer"});
  expect_bad_input(attention(folder, {"--layer", "0", "--head", "99"}), {"--head: 99, expected 0"});
}

}  // namespace
}  // namespace patchboard
