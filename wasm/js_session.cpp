#include "wasm/js_session.h"

#include <exception>
#include <new>
#include <utility>

#include "wasm/js_values.h"

namespace patchboard {
namespace {

using emscripten::val;

constexpr Index kTopPredictions = 10;

/// Runs `call`; what it throws becomes a JavaScript Error.
template <typename Call>
auto guarded(Call&& call) {
  try {
    return std::forward<Call>(call)();
  } catch (const Error& error) {
    throw_error(code_name(error.code()), error.what());
  } catch (const std::bad_alloc&) {
    throw_error("memory", "not enough memory in this tab for this model and these prompts");
  } catch (const std::exception& error) {
    throw_error("internal", error.what());
  }
}

WeightFormat read_format(const std::string& dtype) {
  if (dtype == "f32") {
    return WeightFormat::kF32;
  }
  if (dtype == "f16") {
    return WeightFormat::kF16;
  }
  if (dtype == "q8") {
    return WeightFormat::kQ8;
  }
  throw Error(ErrorCode::kState, "dtype is \"" + dtype + "\", expected f32, f16 or q8");
}

/// A prompt is a text or the ids of its tokens.
std::vector<TokenId> read_prompt(const Session& session, const val& prompt) {
  return prompt.isString() ? session.encode(prompt.as<std::string>())
                           : emscripten::vecFromJSArray<TokenId>(prompt);
}

SweepRequest read_request(const Session& session, const val& request) {
  SweepRequest result;
  result.clean = read_prompt(session, request["clean"]);
  result.corrupted = read_prompt(session, request["corrupted"]);
  for (const val& target : emscripten::vecFromJSArray<val>(request["targets"])) {
    result.targets.push_back(target.isString() ? session.resolve_target(target.as<std::string>())
                                               : target.as<TokenId>());
  }
  return result;
}

// Counts of block-rows can pass 2³¹; a JavaScript number holds them exactly up to 2⁵³.
val number(std::uint64_t count) { return val(static_cast<double>(count)); }

val start_value(const Session& session, const SweepRequest& request, const Sweep& sweep) {
  val value = val::object();
  value.set("tokensClean", tokens_value(session, request.clean));
  value.set("tokensCorrupted", tokens_value(session, request.corrupted));
  value.set("targets", tokens_value(session, request.targets));
  value.set("clean", target_values_value(sweep.clean()));
  value.set("corrupted", target_values_value(sweep.corrupted()));
  value.set("topClean", predictions_value(session, top_k(sweep.clean_logits(), kTopPredictions)));
  value.set("topCorrupted",
            predictions_value(session, top_k(sweep.corrupted_logits(), kTopPredictions)));
  value.set("blockRows", val(sweep.block_rows()));
  value.set("naiveBlockRows", number(sweep.plan().naive_block_rows()));
  return value;
}

}  // namespace

JsSession::JsSession(int threads) : session_(threads) {}

void JsSession::begin(const std::string& config_json, const std::string& dtype, const val& files) {
  guarded([&] {
    session_.begin(config_json, read_format(dtype), emscripten::vecFromJSArray<std::string>(files));
  });
}

void JsSession::set_tokenizer(const std::string& vocab_json, const std::string& merges_txt) {
  guarded([&] { session_.set_tokenizer(vocab_json, merges_txt); });
}

std::uintptr_t JsSession::reserve(std::size_t size) {
  return guarded([&] { return reinterpret_cast<std::uintptr_t>(session_.reserve(size).data()); });
}

void JsSession::commit(std::size_t size) {
  guarded([&] { session_.commit(size); });
}

void JsSession::keep() {
  guarded([&] { session_.loader().keep(); });
}

val JsSession::kept() {
  return guarded([&] {
    const std::span<const std::byte> bytes = session_.loader().kept();
    return val(emscripten::typed_memory_view(bytes.size(),
                                             reinterpret_cast<const std::uint8_t*>(bytes.data())));
  });
}

std::string JsSession::weights_header() {
  return guarded([&] { return session_.loader().header(); });
}

double JsSession::continue_from(const std::string& source_header) {
  return guarded(
      [&] { return static_cast<double>(session_.loader().continue_from(source_header)); });
}

void JsSession::finish() {
  guarded([&] { session_.finish(); });
}

val JsSession::info() const {
  return guarded([&] {
    const Config& config = session_.config();
    val info = val::object();
    info.set("nLayer", static_cast<double>(config.n_layer));
    info.set("nHead", static_cast<double>(config.n_head));
    info.set("dModel", static_cast<double>(config.d_model));
    info.set("vocabSize", static_cast<double>(config.vocab_size));
    info.set("nPositions", static_cast<double>(config.n_positions));
    info.set("parameters", number(config.parameter_count()));
    info.set("weightBytes", number(session_.weight_bytes()));
    return info;
  });
}

val JsSession::tokenize(const std::string& text) const {
  return guarded([&] { return tokens_value(session_, session_.encode(text)); });
}

val JsSession::resolve_target(const std::string& text) const {
  return guarded([&] { return token_value(session_, session_.resolve_target(text)); });
}

val JsSession::start_patch(const val& request) {
  return guarded([&] {
    SweepRequest tokens = read_request(session_, request);
    const Sweep& sweep = session_.start_sweep(tokens);
    return start_value(session_, tokens, sweep);
  });
}

val JsSession::step_patch() {
  return guarded([&] {
    Sweep& sweep = session_.sweep();
    if (sweep.done()) {
      return val::undefined();
    }
    const SweepRow row = sweep.step();
    val value = val::object();
    value.set("layer", static_cast<double>(row.layer));
    value.set("prob", float_array(row.prob));
    value.set("logit", float_array(row.logit));
    value.set("blockRowsDone", val(sweep.block_rows_done()));
    return value;
  });
}

val JsSession::predict(const val& prompt, int count) {
  return guarded([&] {
    return predictions_value(session_, session_.predict(read_prompt(session_, prompt), count));
  });
}

}  // namespace patchboard
