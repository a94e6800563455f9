#include "core/weights/config.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/core/support/expect_error.h"

namespace patchboard {
namespace {

using Json = nlohmann::json;
using testing::expect_error;

/// A config as it is published for GPT-2, with the keys that say nothing about its arithmetic.
Json published(int n_layer, int n_head, int n_embd) {
  return {{"activation_function", "gelu_new"},
          {"architectures", {"GPT2LMHeadModel"}},
          {"attn_pdrop", 0.1},
          {"bos_token_id", 50256},
          {"layer_norm_epsilon", 1e-5},
          {"model_type", "gpt2"},
          {"n_ctx", 1024},
          {"n_embd", n_embd},
          {"n_head", n_head},
          {"n_layer", n_layer},
          {"n_positions", 1024},
          {"task_specific_params", {{"text-generation", {{"do_sample", true}}}}},
          {"vocab_size", 50257}};
}

Json small() { return published(12, 12, 768); }

Json with(const char* key, const Json& value) {
  Json json = small();
  json[key] = value;
  return json;
}

void expect_config_refused(const Json& json, std::initializer_list<std::string_view> parts) {
  expect_error(ErrorCode::kConfig, parts, [&] { static_cast<void>(parse_config(json.dump())); });
}

TEST(Config, AcceptsThePublishedConfigsWithTheirParameterCounts) {
  const auto count = [](int n_layer, int n_head, int n_embd) {
    return parse_config(published(n_layer, n_head, n_embd).dump()).parameter_count();
  };
  EXPECT_EQ(count(12, 12, 768), 124'439'808U);
  EXPECT_EQ(count(24, 16, 1024), 354'823'168U);
  EXPECT_EQ(count(36, 20, 1280), 774'030'080U);
  EXPECT_EQ(count(48, 25, 1600), 1'557'611'200U);
}

TEST(Config, ReadsEverySize) {
  const Config config = parse_config(published(24, 16, 1024).dump());
  EXPECT_EQ(config.n_layer, 24);
  EXPECT_EQ(config.n_head, 16);
  EXPECT_EQ(config.d_model, 1024);
  EXPECT_EQ(config.d_head(), 64);
  EXPECT_EQ(config.d_mlp, 4096);
  EXPECT_EQ(config.vocab_size, 50'257);
  EXPECT_EQ(config.n_positions, 1024);
  EXPECT_EQ(config.layer_norm_epsilon, 1e-5F);
}

TEST(Config, TakesFourTimesTheWidthWhereNInnerIsMissingOrNull) {
  EXPECT_EQ(parse_config(small().dump()).d_mlp, 3072);
  EXPECT_EQ(parse_config(with("n_inner", nullptr).dump()).d_mlp, 3072);
  EXPECT_EQ(parse_config(with("n_inner", 1000).dump()).d_mlp, 1000);
}

TEST(Config, NeedsNothingButTheSizes) {
  const Json json = {
      {"n_layer", 1}, {"n_head", 1}, {"n_embd", 1}, {"vocab_size", 1}, {"n_positions", 1}};
  EXPECT_EQ(parse_config(json.dump()).parameter_count(), 29U);
}

TEST(Config, ReadsTheActivationUnderItsNames) {
  const std::vector<std::pair<const char*, Activation>> names = {
      {"gelu_new", Activation::kGeluTanh},
      {"gelu_fast", Activation::kGeluTanh},
      {"gelu_pytorch_tanh", Activation::kGeluTanh},
      {"gelu", Activation::kGeluErf},
      {"relu", Activation::kRelu}};
  for (const auto& [name, activation] : names) {
    EXPECT_EQ(parse_config(with("activation_function", name).dump()).variant.activation,
              activation);
  }
  EXPECT_EQ(parse_config(small().dump()).variant, Variant());
}

TEST(Config, ReadsHowScoresAreScaled) {
  const auto scale = [](const Json& json, Index layer) {
    return parse_config(json.dump()).attention(layer).scale;
  };
  Json json = small();
  EXPECT_FLOAT_EQ(scale(json, 3), 0.125F);
  json["scale_attn_by_inverse_layer_idx"] = true;
  EXPECT_FLOAT_EQ(scale(json, 3), 0.03125F);
  json["scale_attn_weights"] = false;
  EXPECT_FLOAT_EQ(scale(json, 3), 0.25F);
  EXPECT_FLOAT_EQ(scale(with("scale_attn_weights", false), 3), 1.0F);
}

TEST(Config, ReadsTheEpsilon) {
  EXPECT_EQ(parse_config(with("layer_norm_epsilon", 1e-3).dump()).layer_norm_epsilon, 1e-3F);
  EXPECT_EQ(parse_config(with("layer_norm_epsilon", 1).dump()).layer_norm_epsilon, 1.0F);
}

TEST(Config, RefusesAMissingSize) {
  for (const char* key : {"n_layer", "n_head", "n_embd", "vocab_size", "n_positions"}) {
    Json json = small();
    json.erase(key);
    expect_config_refused(json, {"config.json: has no \"" + std::string(key) + "\""});
  }
}

TEST(Config, TakesTheOtherNamesOfSizes) {
  const std::vector<std::pair<const char*, const char*>> names = {
      {"n_layer", "num_hidden_layers"},
      {"n_head", "num_attention_heads"},
      {"n_embd", "hidden_size"},
      {"n_positions", "max_position_embeddings"}};
  Json json = published(24, 16, 1024);
  for (const auto& [own, other] : names) {
    json[other] = json[own];
    EXPECT_EQ(parse_config(json.dump()).parameter_count(), 354'823'168U);  // both
    json.erase(own);
    EXPECT_EQ(parse_config(json.dump()).parameter_count(), 354'823'168U);
  }
  expect_config_refused(with("hidden_size", 512),
                        {"\"hidden_size\": 512", "expected 768, as `n_embd` says"});
}

TEST(Config, RefusesASizeThatIsNoWholeNumberOrAbsurd) {
  const std::vector<Json> bad = {0,
                                 -1,
                                 12.5,
                                 12.0,
                                 "12",
                                 nullptr,
                                 true,
                                 Json::array({12}),
                                 10'000'001,
                                 1'000'000'000'000,
                                 18'446'744'073'709'551'615U,
                                 1e30};
  for (const char* key : {"n_layer", "n_head", "n_embd", "vocab_size", "n_positions", "n_inner"}) {
    for (const Json& value : bad) {
      if (std::string_view(key) == "n_inner" && value.is_null()) {
        continue;  // the published way to say "four times the width"
      }
      expect_config_refused(with(key, value),
                            {key, value.dump(), "expected a whole number from 1 to "});
    }
  }
}

TEST(Config, RefusesHeadsThatDoNotDivideTheWidth) {
  expect_config_refused(with("n_head", 11), {"n_head", "11", "does not divide", "n_embd", "768"});
}

TEST(Config, RefusesAnotherModel) {
  for (const char* type : {"llama", "opt", "gpt_neox"}) {
    expect_config_refused(with("model_type", type),
                          {"model_type", type, "expected one of gpt2, gpt_neo", "choose"});
  }
  Json json = published(12, 12, 768);
  json.erase("model_type");
  json["architectures"] = {"GPT2LMHeadModel"};
  EXPECT_EQ(parse_config(json.dump()).n_layer, 12);
  json["architectures"] = {"GPTNeoXForCausalLM"};
  expect_config_refused(json,
                        {"\"architectures[0]\": \"GPTNeoXForCausalLM\"", "one of gpt2, gpt_neo"});
}

TEST(Config, RefusesPackedWeightsByTheirMethod) {
  expect_config_refused(with("quantization_config", {{"quant_method", "gptq"}, {"bits", 4}}),
                        {"quantization_config.quant_method", "\"gptq\"", "GGUF"});
  expect_config_refused(with("quantization_config", {{"load_in_8bit", true}}),
                        {"quantization_config", "load_in_8bit", "GGUF"});
  EXPECT_EQ(parse_config(with("quantization_config", nullptr).dump()).n_layer, 12);
}

TEST(Config, KnowsWhetherItSaysTheActivation) {
  Json json = published(12, 12, 768);
  json.erase("activation_function");
  EXPECT_TRUE(parse_config(json.dump()).assumes_activation);
  json["activation_function"] = "gelu";
  EXPECT_FALSE(parse_config(json.dump()).assumes_activation);
  EXPECT_EQ(parse_config(json.dump()).variant.activation, Activation::kGeluErf);
  json["patchboard"]["activation_assumed"] = true;  // of a checkpoint that did not
  EXPECT_TRUE(parse_config(json.dump()).assumes_activation);
}

TEST(Config, RefusesAnotherActivation) {
  for (const Json& value : {Json("silu"), Json("quick_gelu"), Json(5), Json(nullptr)}) {
    expect_config_refused(with("activation_function", value),
                          {"activation_function", value.dump(),
                           "expected one of gelu_new, gelu, gelu_fast, gelu_pytorch_tanh, relu"});
  }
}

TEST(Config, RefusesCrossAttentionAndVariantsThatAreNoTruth) {
  expect_config_refused(with("add_cross_attention", true),
                        {"add_cross_attention", "true", "expected false"});
  expect_config_refused(with("scale_attn_weights", 1),
                        {"scale_attn_weights", "1", "true or false"});
  expect_config_refused(with("scale_attn_by_inverse_layer_idx", nullptr),
                        {"scale_attn_by_inverse_layer_idx", "null", "true or false"});
}

/// As roneneldan/TinyStories-1M has it, with the keys that say something of its arithmetic.
Json tiny_stories() {
  return {{"activation_function", "gelu_new"},
          {"attention_layers", {"global", "local"}},
          {"attention_types", Json::parse(R"([[["global", "local"], 4]])")},
          {"bos_token_id", 50256},
          {"hidden_size", 64},
          {"intermediate_size", nullptr},
          {"layer_norm_epsilon", 1e-5},
          {"max_position_embeddings", 2048},
          {"model_type", "gpt_neo"},
          {"num_heads", 16},
          {"num_layers", 8},
          {"vocab_size", 50257},
          {"window_size", 256}};
}

TEST(Config, ReadsAGptNeo) {
  const Config config = parse_config(tiny_stories().dump());
  EXPECT_EQ(config.layout, TensorLayout::kGptNeo);
  EXPECT_EQ(config.n_layer, 8);
  EXPECT_EQ(config.d_head(), 4);
  EXPECT_EQ(config.d_mlp, 256);
  EXPECT_EQ(config.n_positions, 2048);
  EXPECT_EQ(config.parameter_count(), 3'745'984U);
  EXPECT_EQ(config.attention(0).scale, 1);
  EXPECT_EQ(config.attention(0).first_key(2047), 0);
  EXPECT_EQ(config.attention(7).first_key(2047), 2047 - 255);
  Json json = tiny_stories();
  json.erase("attention_types");  // their default
  json.erase("window_size");
  EXPECT_EQ(parse_config(json.dump()).variant, config.variant);
}

TEST(Config, RefusesAGptNeoWhoseLayersDoNotAddUp) {
  const auto refused = [](const char* types, std::initializer_list<std::string_view> parts) {
    Json json = tiny_stories();
    json["attention_types"] = Json::parse(types);
    expect_config_refused(json, parts);
  };
  refused(R"([[["global", "local"], 3]])", {"attention_types", "as many layers as `num_layers` 8"});
  refused(R"([[["global", "local"], 1000]])", {"attention_types", "`num_layers` 8"});
  refused(R"([[["global", "sparse"], 4]])",
          {"attention_types[0][0][1]", "\"sparse\"", "expected one of global, local"});
  refused(R"([[["global", "local"]]])", {"attention_types[0]", "how often"});
  refused(R"([[["global", "local"], 0]])", {"attention_types[0][1]", "0"});
  Json json = tiny_stories();
  json["num_heads"] = 5;
  expect_config_refused(json, {"`num_heads` is 5", "does not divide `hidden_size` 64"});
}

TEST(Config, RefusesAnEpsilonThatIsNoSmallPositiveNumber) {
  const std::vector<Json> bad = {0, -1e-5, 2, "1e-5", nullptr, 1e-60};
  for (const Json& value : bad) {
    expect_config_refused(
        with("layer_norm_epsilon", value),
        {"layer_norm_epsilon", value.dump(), "expected a number from 1.1754943508222875e-38 to 1"});
  }
}

TEST(Config, RefusesDeepNestingWithoutOverflowingTheStack) {
  const std::string deep = std::string(200'000, '[') + std::string(200'000, ']');
  for (const char* key : {"n_layer", "model_type", "activation_function"}) {
    expect_error(ErrorCode::kConfig, {"config.json", "more than 32 deep"}, [&] {
      static_cast<void>(parse_config("{\"" + std::string(key) + "\": " + deep + "}"));
    });
  }
}

TEST(Config, RefusesWhatIsNotAJsonObject) {
  for (const char* text : {"[]", "12", "null", "\"gpt2\""}) {
    expect_error(ErrorCode::kConfig, {"config.json", "expected"},
                 [&] { static_cast<void>(parse_config(text)); });
  }
}

TEST(Config, SaysWhatAFileIsInPlaceOfJson) {
  const auto refused = [](std::string_view text, std::initializer_list<std::string_view> parts) {
    expect_error(ErrorCode::kConfig, parts, [&] { static_cast<void>(parse_config(text)); });
  };
  for (const char* text : {"", "{", "{\"n_layer\": 12,}"}) {
    refused(text, {"config.json: not JSON", "line 1"});
  }
  refused("\xFF", {"config.json: is not UTF-8 at byte 0"});
  refused(std::string_view("\xFF\xFE{\0}\0", 6), {"config.json: is UTF-16, expected UTF-8"});
  refused("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12\n",
          {"config.json: is a Git LFS pointer", "git lfs pull"});
  refused(R"({"n_layer": 1, "n_layer": 2})", {"\"n_layer\" is there twice"});
}

TEST(Config, SaysWhetherTheEmbeddingsAreTied) {
  EXPECT_TRUE(parse_config(small().dump()).tied_embeddings);
  EXPECT_TRUE(parse_config(with("tie_word_embeddings", true).dump()).tied_embeddings);
  EXPECT_FALSE(parse_config(with("tie_word_embeddings", false).dump()).tied_embeddings);
  expect_config_refused(with("tie_word_embeddings", 0), {"tie_word_embeddings", "true or false"});
}

}  // namespace
}  // namespace patchboard
