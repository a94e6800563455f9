// `patchboard verify`

#include <gtest/gtest.h>

#include <cmath>

#include "tests/command/bad_input.h"
#include "tests/command/model_folder.h"
#include "tests/command/run_command.h"
#include "tests/core/support/loaded_session.h"
#include "tests/core/support/safetensors_writer.h"

namespace patchboard {
namespace {

using testing::Arguments;
using testing::CommandResult;
using testing::expect_bad_input;
using testing::LoadedSession;
using testing::ModelFolder;
using testing::run_command;
using testing::small_model;
using Json = nlohmann::json;

Json known_prompt(LoadedSession& session, const std::string& text) {
  const auto ids = session.encode(text);
  Json prompt = {{"text", text}, {"token_ids", ids}, {"tokens", Json::array()}};
  for (const TokenId id : ids) {
    prompt["tokens"].push_back(session.token_text(id));
  }
  double sum = 0;
  for (const Prediction& prediction : session.predict(ids, small_model().config.vocab_size)) {
    sum += std::exp(static_cast<double>(prediction.logit));
    if (prompt["top"].size() < 20) {
      prompt["top"].push_back({{"id", prediction.token}, {"logit", prediction.logit}});
    }
  }
  prompt["logsumexp"] = std::log(sum);
  return prompt;
}

/// What is known of the small model.
Json known_logits() {
  LoadedSession session(1);
  const Config& config = small_model().config;
  return {{"model", "the small model"},
          {"config",
           {{"n_layer", config.n_layer},
            {"n_head", config.n_head},
            {"n_embd", config.d_model},
            {"vocab_size", config.vocab_size}}},
          {"prompts", {known_prompt(session, "Mi Jones"), known_prompt(session, "a Smith, b")}}};
}

/// The small model and what is known of it, which tests then change.
class VerifyCommand : public ::testing::Test {
 protected:
  VerifyCommand() { write_known(known_logits()); }

  void write_known(const Json& known) const { folder_.write("known.json", known.dump()); }

  [[nodiscard]] Arguments arguments() const {
    return {"verify", "--model", folder_.path(), "--known", folder_.path("known.json")};
  }

  /// Runs it with --json and expects the exit code that goes with the verdict.
  [[nodiscard]] Json verify() const {
    Arguments all = arguments();
    all.emplace_back("--json");
    const CommandResult result = run_command(all);
    EXPECT_EQ(result.err, "");
    Json json = Json::parse(result.out);
    EXPECT_EQ(result.exit_code, json["verdict"].get<bool>() ? 0 : 1);
    return json;
  }

  ModelFolder folder_;
};

TEST_F(VerifyCommand, SaysYesOfTheModelItself) {
  const Json json = verify();
  EXPECT_EQ(json["verdict"], true);
  EXPECT_EQ(json["known"], "the small model");
  ASSERT_EQ(json["prompts"].size(), 2U);
  for (const Json& prompt : json["prompts"]) {
    EXPECT_EQ(prompt["passes"], true);
    EXPECT_LT(prompt["logit_difference"], 1e-5);
    EXPECT_LT(prompt["logsumexp_difference"], 1e-5);
    EXPECT_EQ(prompt["same_ids"], 20);
    EXPECT_EQ(prompt["ids"], 20);
    EXPECT_EQ(prompt["same_tokens"], true);
  }
}

TEST_F(VerifyCommand, SaysNoWhereOneWeightIsAnother) {
  auto weights = small_model().weights;
  reference::tensors_of(weights)[20].values[0] += 1.0F;
  folder_.write("model.safetensors",
                testing::safetensors_file(testing::published_tensors(weights)));
  const Json json = verify();
  EXPECT_EQ(json["verdict"], false);
  EXPECT_GT(json["prompts"][0]["logit_difference"], json["tolerance"]);
}

TEST_F(VerifyCommand, SaysNoWhereALogitOrTheSumIsOutsideTheTolerance) {
  Json known = known_logits();
  Json& logit = known["prompts"][1]["top"][19]["logit"];
  logit = logit.get<double>() + 0.02;
  write_known(known);
  Json json = verify();
  EXPECT_EQ(json["verdict"], false);
  EXPECT_EQ(json["prompts"][0]["passes"], true);
  EXPECT_EQ(json["prompts"][1]["passes"], false);

  known = known_logits();
  known["prompts"][0]["logsumexp"] = known["prompts"][0]["logsumexp"].get<double>() - 0.02;
  write_known(known);
  json = verify();
  EXPECT_EQ(json["prompts"][0]["passes"], false);
  EXPECT_EQ(json["prompts"][1]["passes"], true);
}

TEST_F(VerifyCommand, AllowsDifferencesOfArithmetic) {
  Json known = known_logits();
  Json& logit = known["prompts"][1]["top"][0]["logit"];
  logit = logit.get<double>() + 0.005;
  write_known(known);
  EXPECT_EQ(verify()["verdict"], true);
}

TEST_F(VerifyCommand, CountsTheIdsThatAreInTheirPlaces) {
  Json known = known_logits();
  std::swap(known["prompts"][0]["top"][3], known["prompts"][0]["top"][4]);
  write_known(known);
  EXPECT_EQ(verify()["prompts"][0]["same_ids"], 18);
}

TEST_F(VerifyCommand, SaysNoWhereTheTokenizerSplitsDifferently) {
  folder_.write("merges.txt", "#version: 0.2\n");
  const Json json = verify();
  EXPECT_EQ(json["verdict"], false);
  EXPECT_EQ(json["prompts"][0]["same_tokens"], false);
  EXPECT_LT(json["prompts"][0]["logit_difference"], 1e-5) << "the weights are the model's";
}

TEST_F(VerifyCommand, SaysNoWhereATokensTextIsAnother) {
  Json known = known_logits();
  known["prompts"][1]["tokens"][0] = "b";
  write_known(known);
  const Json json = verify();
  EXPECT_EQ(json["verdict"], false);
  EXPECT_EQ(json["prompts"][0]["passes"], true);
  EXPECT_EQ(json["prompts"][1]["same_tokens"], false);
}

TEST_F(VerifyCommand, SaysNoWhereAnySizeIsAnother) {
  for (const char* size : {"n_layer", "n_head", "n_embd", "vocab_size"}) {
    Json known = known_logits();
    known["config"][size] = known["config"][size].get<int>() + 1;
    write_known(known);
    const Json json = verify();
    EXPECT_EQ(json["verdict"], false) << size;
    EXPECT_FALSE(json.contains("prompts")) << size;
  }
}

TEST_F(VerifyCommand, ChecksTheWeightsAloneWithoutATokenizer) {
  folder_.remove_tokenizer();
  const Json json = verify();
  EXPECT_EQ(json["verdict"], true);
  EXPECT_EQ(json["prompts"][0]["same_tokens"], nullptr);
}

TEST_F(VerifyCommand, SaysThatOnlyGpt2IsKnownWhereTheSizesAreOthers) {
  const CommandResult result = run_command({"verify", "--model", folder_.path()});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.err, "");
  for (const char* part : {"known logits only for gpt2", "\"n_layer\":12", "\"vocab_size\":50257",
                           "this model has", "\"n_layer\":3"}) {
    EXPECT_NE(result.out.find(part), std::string::npos) << part << " is not in " << result.out;
  }
  const CommandResult json = run_command({"verify", "--model", folder_.path(), "--json"});
  EXPECT_EQ(json.exit_code, 1);
  EXPECT_EQ(Json::parse(json.out)["verdict"], false);
  EXPECT_FALSE(Json::parse(json.out).contains("prompts"));
}

TEST_F(VerifyCommand, PrintsALineForEachPromptAndTheVerdict) {
  const CommandResult yes = run_command(arguments());
  EXPECT_EQ(yes.exit_code, 0);
  for (const char* part : {"yes  \"Mi Jones\": logits within ", "20 of the 20 likeliest tokens",
                           "splits into the same tokens", "yes, this is the small model"}) {
    EXPECT_NE(yes.out.find(part), std::string::npos) << part << " is not in " << yes.out;
  }
  folder_.write("merges.txt", "#version: 0.2\n");
  const CommandResult no = run_command(arguments());
  EXPECT_EQ(no.exit_code, 1);
  EXPECT_NE(no.out.find("NO   \"Mi Jones\""), std::string::npos) << no.out;
  EXPECT_NE(no.out.find("splits into OTHER tokens"), std::string::npos) << no.out;
  EXPECT_NE(no.out.find("no, this is not the small model"), std::string::npos) << no.out;
}

TEST_F(VerifyCommand, RefusesKnownLogitsThatAreNone) {
  folder_.write("known.json", "{");
  expect_bad_input(arguments(), {"known logits: not JSON"});
  Json known = known_logits();
  known["prompts"][0].erase("logsumexp");
  write_known(known);
  expect_bad_input(arguments(), {"known logits", "logsumexp"});
  known = known_logits();
  known["prompts"] = Json::array();
  write_known(known);
  expect_bad_input(arguments(), {"known logits, \"prompts\": []"});
  known = known_logits();
  known["prompts"][0]["top"][0]["id"] = 270;
  write_known(known);
  expect_bad_input(arguments(), {"prompts[0].top[0].id", "270", "from 0 to 269"});
  known = known_logits();
  known["prompts"][0]["token_ids"][0] = 270;
  write_known(known);
  expect_bad_input(arguments(), {"prompts[0].token_ids[0]", "270"});
}

TEST_F(VerifyCommand, RefusesArgumentsThatMakeNoSense) {
  expect_bad_input({"verify"}, {"--model"});
  expect_bad_input({"verify", "--model", ""}, {"--model"});
  expect_bad_input({"verify", "--model", folder_.path("missing")}, {"cannot read"});
  expect_bad_input({"verify", "--model", folder_.path(), "--known", folder_.path("missing")},
                   {"cannot read"});
  folder_.remove("model.safetensors");
  expect_bad_input(arguments(), {"cannot read", "model.safetensors"});
}

}  // namespace
}  // namespace patchboard
