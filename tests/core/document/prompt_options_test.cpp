// How a document's prompts become tokens: an experiment with "bos" is the same one written in ids
// with the model's own token in front by hand, to the bit.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/document/checks.h"
#include "core/document/experiment.h"
#include "tests/core/support/expect_error.h"
#include "tests/core/support/loaded_session.h"
#include "tests/core/support/safetensors_writer.h"
#include "tests/core/support/same_rows.h"

namespace patchboard {
namespace {

using testing::expect_error;
using testing::expect_same_bits;
using testing::LoadedSession;
using Json = nlohmann::ordered_json;

/// What a run of the document gives, row by row.
struct Ran {
  Experiment experiment;
  Measures clean;
  Measures corrupted;
  std::vector<LabRow> rows;
};

Ran run(Session& session, const Json& document) {
  Lab& lab = session.start(read_experiment(document.dump(), session.text_reader()));
  Ran ran{.experiment = lab.experiment(),
          .clean = lab.clean(),
          .corrupted = lab.corrupted(),
          .rows = {}};
  while (!lab.done()) {
    ran.rows.push_back(lab.step());
  }
  return ran;
}

class PromptOptionsOfADocument : public ::testing::Test {
 protected:
  /// The ids of a text or a list, and before them the token that begins texts.
  Json by_hand(const Json& prompt) {
    Json ids = Json::array({*session_.config().bos_token_id});
    const Json own = prompt.is_array() ? prompt : Json(session_.encode(prompt.get<std::string>()));
    ids.insert(ids.end(), own.begin(), own.end());
    return ids;
  }

  /// more: keys of the document, with positions counted from the token in front.
  void expect_the_same(const Json& more) {
    Json document = {{"clean", "Mi Jones x"},
                     {"corrupted", "Mi Smith x"},
                     {"bos", true},
                     {"targets", {" Jones", {{"continuation", " Smith Mi"}}}}};
    document.update(more);
    Json twin = document;
    twin.erase("bos");
    if (document.contains("corruption")) {
      document.erase("corrupted");
      twin.erase("corrupted");
      for (Json& prompt : twin["corruption"]["prompts"]) {
        prompt = by_hand(prompt);
      }
      if (twin["corruption"]["prompts"].is_null()) {
        twin["corruption"].erase("prompts");
      }
    } else {
      twin["corrupted"] = by_hand(twin["corrupted"]);
    }
    twin["clean"] = by_hand(twin["clean"]);
    const Ran with_bos = run(session_, document);
    const Ran expected = run(other_, twin);
    ASSERT_EQ(with_bos.experiment.clean.front(), *session_.config().bos_token_id);
    EXPECT_EQ(with_bos.experiment.clean, expected.experiment.clean);
    EXPECT_EQ(with_bos.experiment.corrupted, expected.experiment.corrupted);
    EXPECT_EQ(with_bos.experiment.targets, expected.experiment.targets);
    expect_same_bits(with_bos.clean.values.values(), expected.clean.values.values());
    expect_same_bits(with_bos.corrupted.values.values(), expected.corrupted.values.values());
    ASSERT_EQ(with_bos.rows.size(), expected.rows.size()) << more;
    for (std::size_t i = 0; i < expected.rows.size(); ++i) {
      expect_same_bits(with_bos.rows[i], expected.rows[i]);
    }
  }

  LoadedSession session_{2};
  LoadedSession other_{1};  // so that nothing is known from the twin
};

TEST_F(PromptOptionsOfADocument, PutTheModelsOwnTokenBeforeEveryPrompt) {
  expect_the_same({{"sites", {"resid_pre", "attn_out", "mlp_post", "z", "pattern"}},
                   {"directions", {"denoising", "noising"}}});
  expect_the_same({{"sites", {"q", "attn_scores"}}, {"by_position", true}});
  expect_the_same({{"sites", {"pattern"}}, {"by_position", "pairs"}});
  expect_the_same({{"window", 2}, {"span", 2}});
}

TEST_F(PromptOptionsOfADocument, PutItBeforePromptsOfIds) {
  expect_the_same({{"clean", {1, 2, 3}}, {"corrupted", {1, 4, 3}}});
}

TEST_F(PromptOptionsOfADocument, CountItAsPositionZero) {
  expect_the_same({{"region", {{"layers", {0, 2}}, {"positions", {0, 3}}}}});
  expect_the_same(
      {{"corruption", {{"kind", "noise"}, {"positions", {0, 2}}, {"samples", 2}, {"seed", 3}}}});
  expect_the_same({{"corruption", {{"kind", "zero"}}}, {"directions", {"noising"}}});
  expect_the_same({{"corruption", {{"kind", "mean"}, {"prompts", {"Mi Smith x", {5, 6, 7, 8}}}}},
                   {"directions", {"noising"}}});
  // Four tokens and one: the last position is the fourth.
  expect_error(ErrorCode::kExperiment, {"corruption.positions", "5, expected 0 to 4"}, [&] {
    run(session_, {{"clean", "Mi Jones x"},
                   {"bos", true},
                   {"targets", {" Jones"}},
                   {"corruption", {{"kind", "noise"}, {"positions", {5}}}}});
  });
}

TEST_F(PromptOptionsOfADocument, MeasureTheSameAfterATemplatesFillings) {
  const PromptOptions options{.bos = true};
  const std::vector<TokenId> prompt = session_.prompt("Mi Jones x", options);
  EXPECT_EQ(prompt, by_hand("Mi Jones x").get<std::vector<TokenId>>());
  expect_same_bits(
      session_.measure(prompt, {{testing::kJones}}).values.values(),
      session_.measure(by_hand("Mi Jones x").get<std::vector<TokenId>>(), {{testing::kJones}})
          .values.values());
}

TEST_F(PromptOptionsOfADocument, AreOffWhereTheDocumentSaysNothing) {
  const Json document = {
      {"clean", "Mi Jones x"}, {"corrupted", "Mi Smith x"}, {"targets", {" Jones"}}};
  EXPECT_EQ(read_prompt_options(document.dump()), PromptOptions{});
  EXPECT_EQ(run(session_, document).experiment.clean, session_.encode("Mi Jones x"));
  expect_error(ErrorCode::kExperiment, {"\"bos\": 1, expected true or false"},
               [] { static_cast<void>(read_prompt_options(R"({"bos": 1})")); });
  expect_error(ErrorCode::kExperiment, {"\"special_tokens\": \"no\", expected true or false"},
               [] { static_cast<void>(read_prompt_options(R"({"special_tokens": "no"})")); });
}

TEST_F(PromptOptionsOfADocument, NeedAModelThatHasTheToken) {
  testing::SmallModel model = testing::small_model();
  const auto expect_refused = [&](std::optional<TokenId> bos,
                                  std::initializer_list<std::string_view> parts) {
    model.config.bos_token_id = bos;
    session_.begin(testing::config_json(model.config));
    session_.set_tokenizer(model.tokenizer);
    expect_error(ErrorCode::kExperiment, parts, [&] {
      static_cast<void>(
          read_experiment(R"({"clean": "Mi", "corrupted": "x", "targets": ["x"], "bos": true})",
                          session_.text_reader()));
    });
  };
  expect_refused(std::nullopt, {"\"bos\": true", "config.json has no \"bos_token_id\""});
  expect_refused(270, {"\"bos_token_id\"", "is 270, expected 0 to 269"});
}

TEST_F(PromptOptionsOfADocument, ReadSpecialTokensAsPlainTextWhereAsked) {
  testing::TokenizerTexts files = testing::small_tokenizer_files();
  const std::string added = R"({"<|endoftext|>": 267})";
  session_.set_tokenizer(
      {.vocab_json = files.vocab_json, .merges_txt = files.merges_txt, .added_tokens_json = added});
  Json document = {{"clean", "<|endoftext|>Mi x"},
                   {"corrupted", "<|endoftext|>Mi y"},
                   {"targets", {{{"continuation", "x<|endoftext|>"}}}}};
  const Ran token = run(session_, document);
  EXPECT_EQ(token.experiment.clean, (std::vector<TokenId>{267, 266, ' ', 'x'}));
  EXPECT_EQ(token.experiment.targets.front(), (std::vector<TokenId>{'x', 267}));
  EXPECT_TRUE(session_.is_special(267));
  EXPECT_FALSE(session_.is_special(266));
  document["special_tokens"] = false;
  const Ran text = run(session_, document);
  EXPECT_EQ(text.experiment.clean.size(), 16U);
  EXPECT_EQ(text.experiment.targets.front().size(), 14U);
  expect_error(ErrorCode::kTarget, {"is 13 tokens"}, [&] {
    document["targets"] = {"<|endoftext|>"};
    run(session_, document);
  });
}

}  // namespace
}  // namespace patchboard
