#include "wasm/js_values.h"

#include <cstdlib>

namespace patchboard {

using emscripten::val;

val token_value(const Session& session, TokenId id) {
  val token = val::object();
  token.set("id", id);
  token.set("text", id == kNoToken ? "(not finite)" : session.token_text(id));
  return token;
}

std::vector<TokenId> prompt_of(const Session& session, const val& prompt) {
  if (prompt.isString()) {
    return session.encode(prompt.as<std::string>());
  }
  if (!prompt.isArray()) {
    throw Error(ErrorCode::kState, "a prompt is neither a text nor an array of token ids");
  }
  std::vector<TokenId> ids;
  const auto length = prompt["length"].as<unsigned>();
  ids.reserve(length);
  for (unsigned i = 0; i < length; ++i) {
    ids.push_back(whole_value<TokenId>(prompt[i].as<double>(), "token id"));
  }
  return ids;
}

val tokens_value(const Session& session, std::span<const TokenId> ids) {
  val tokens = val::array();
  for (const TokenId id : ids) {
    tokens.call<void>("push", token_value(session, id));
  }
  return tokens;
}

val predictions_value(const Session& session, const std::vector<Prediction>& predictions) {
  val values = val::array();
  for (const Prediction& prediction : predictions) {
    val value = token_value(session, static_cast<TokenId>(prediction.token));
    value.set("logit", prediction.logit);
    value.set("prob", prediction.prob);
    values.call<void>("push", value);
  }
  return values;
}

val changes_value(const Session& session, const std::vector<ProbabilityChange>& changes) {
  val values = val::array();
  for (const ProbabilityChange& change : changes) {
    val value = token_value(session, change.token);
    value.set("before", change.before);
    value.set("after", change.after);
    values.call<void>("push", value);
  }
  return values;
}

val targets_value(const Session& session, const std::vector<std::vector<TokenId>>& targets) {
  val values = val::array();
  for (const std::vector<TokenId>& target : targets) {
    std::string text;
    for (const TokenId token : target) {
      text += session.token_text(token);
    }
    val value = val::object();
    value.set("text", text);
    value.set("tokens", tokens_value(session, target));
    values.call<void>("push", value);
  }
  return values;
}

val float_array(std::span<const float> values) {
  return val(emscripten::typed_memory_view(values.size(), values.data())).call<val>("slice");
}

val byte_array(std::span<const std::uint8_t> values) {
  return val(emscripten::typed_memory_view(values.size(), values.data())).call<val>("slice");
}

val table_value(const MeasureTable& table) {
  val value = val::object();
  value.set("targets", static_cast<double>(table.targets()));
  value.set("cells", static_cast<double>(table.cells()));
  value.set("values", float_array(table.values()));
  return value;
}

void throw_error(const char* code, const std::string& message) {
  val error = val::global("Error").new_(message);
  error.set("code", std::string(code));
  error.throw_();
  std::abort();  // not reached; throw_ does not say so
}

const char* code_name(ErrorCode code) {
  switch (code) {
    case ErrorCode::kConfig:
      return "config";
    case ErrorCode::kWeights:
      return "weights";
    case ErrorCode::kTokenizer:
      return "tokenizer";
    case ErrorCode::kPrompt:
      return "prompt";
    case ErrorCode::kTarget:
      return "target";
    case ErrorCode::kExperiment:
      return "experiment";
    case ErrorCode::kMemory:
      return "memory";
    case ErrorCode::kState:
      return "state";
  }
  return "internal";
}

}  // namespace patchboard
