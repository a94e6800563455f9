#include "wasm/js_values.h"

#include <cstdlib>

namespace patchboard {

using emscripten::val;

val token_value(const Session& session, TokenId id) {
  val token = val::object();
  token.set("id", id);
  token.set("text", session.token_text(id));
  return token;
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

val float_array(const std::vector<float>& values) {
  return val(emscripten::typed_memory_view(values.size(), values.data())).call<val>("slice");
}

val target_values_value(const TargetValues& values) {
  val value = val::object();
  value.set("prob", float_array(values.prob));
  value.set("logit", float_array(values.logit));
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
    case ErrorCode::kState:
      return "state";
  }
  return "internal";
}

}  // namespace patchboard
