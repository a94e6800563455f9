#include "wasm/js_session.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <new>
#include <utility>

#include "wasm/js_prompts.h"
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

constexpr int kMaxThreads = 256;

// Counts of block-rows can pass 2³¹; a JavaScript number holds them exactly up to 2⁵³.
val number(std::uint64_t count) { return val(static_cast<double>(count)); }

val sweeps_value(const Lab& lab) {
  val sweeps = val::array();
  for (Index i = 0; i < std::ssize(lab.sweeps()); ++i) {
    const SweepPlan& plan = lab.plan(i);
    val value = val::object();
    value.set("site", std::string(site_name(plan.settings().site)));
    value.set("direction", std::string(direction_name(plan.settings().direction)));
    value.set("axes", std::string(axes_name(plan.axes())));
    value.set("rows", static_cast<double>(plan.rows()));
    value.set("columns", static_cast<double>(plan.columns()));
    value.set("blockRows", val(lab.block_rows(i)));
    sweeps.call<void>("push", value);
  }
  return sweeps;
}

val start_value(const Session& session, const Lab& lab) {
  const Experiment& experiment = lab.experiment();
  const auto& corrupted = experiment.corrupted.empty() ? experiment.clean : experiment.corrupted;
  val value = val::object();
  value.set("tokensClean", tokens_value(session, experiment.clean));
  value.set("tokensCorrupted", tokens_value(session, corrupted));
  if (experiment.corruption.kind == Corruption::Kind::kMean) {
    val prompts = val::array();
    for (const std::vector<TokenId>& prompt : experiment.corruption.prompts) {
      prompts.call<void>("push", tokens_value(session, prompt));
    }
    value.set("tokensMean", prompts);
  }
  value.set("targets", targets_value(session, experiment.targets));
  value.set("clean", table_value(lab.clean().values));
  value.set("corrupted", table_value(lab.corrupted().values));
  value.set("topClean", predictions_value(session, top_k(lab.clean_answer(), kTopPredictions)));
  value.set("topCorrupted",
            predictions_value(session, top_k(lab.corrupted_answer(), kTopPredictions)));
  value.set("sweeps", sweeps_value(lab));
  value.set("blockRows", val(lab.block_rows()));
  value.set("naiveBlockRows", number(lab.naive_block_rows()));
  value.set("startBlockRows", val(lab.start_block_rows()));
  value.set("startSeconds", val(lab.start_seconds()));
  return value;
}

val row_value(const LabRow& row, const Lab& lab) {
  val value = val::object();
  value.set("sweep", static_cast<double>(row.sweep));
  value.set("layer", static_cast<double>(row.layer));
  value.set("head", static_cast<double>(row.head));
  value.set("measures", table_value(row.values));
  value.set("computed", byte_array(row.computed));
  value.set("notFinite", byte_array(row.not_finite));
  value.set("blockRowsDone", val(lab.block_rows_done()));
  return value;
}

RunName read_run(const std::string& name) {
  if (name != "clean" && name != "corrupted") {
    throw Error(ErrorCode::kState, "run \"" + name + "\", expected clean or corrupted");
  }
  return name == "clean" ? RunName::kClean : RunName::kCorrupted;
}

}  // namespace

// Of the heap: threads' stacks, the program's own data, the part of a file that is being read.
constexpr std::uint64_t kBesideModel = std::uint64_t{64} << 20;
constexpr std::uint64_t kMaxMemory = std::uint64_t{1} << 40;

JsSession::JsSession(double threads, double memory)
    : session_(guarded([&] { return whole_value<int>(threads, "threads", 1, kMaxThreads); }),
               guarded([&] {
                 return whole_value<std::uint64_t>(memory, "memory", kBesideModel, kMaxMemory) -
                        kBesideModel;
               })) {}

void JsSession::begin(const std::string& config_json, const std::string& dtype, const val& files) {
  guarded([&] {
    session_.begin(config_json, read_format(dtype), emscripten::vecFromJSArray<std::string>(files));
  });
}

void JsSession::set_tokenizer(const std::string& vocab_json, const std::string& merges_txt) {
  guarded([&] { session_.set_tokenizer(vocab_json, merges_txt); });
}

std::uintptr_t JsSession::reserve(double size) {
  return guarded([&] {
    const auto bytes = whole_value<std::size_t>(size, "bytes to reserve");
    return reinterpret_cast<std::uintptr_t>(session_.reserve(bytes).data());
  });
}

void JsSession::commit(double size) {
  guarded([&] { session_.commit(whole_value<std::size_t>(size, "bytes to commit")); });
}

void JsSession::end_file() {
  guarded([&] { session_.end_file(); });
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
    info.set("fingerprint", session_.fingerprint());
    info.set("weightBytes", number(session_.weight_bytes()));
    return info;
  });
}

val JsSession::tokenize(const val& prompt) const {
  return guarded([&] { return tokens_value(session_, prompt_of(session_, prompt)); });
}

std::string JsSession::decode(const val& ids) const {
  return guarded([&] { return session_.decode(prompt_of(session_, ids)); });
}

val JsSession::resolve_target(const std::string& text) const {
  return guarded([&] { return token_value(session_, session_.resolve_target(text)); });
}

val JsSession::start(const std::string& experiment) {
  return guarded([&] {
    return start_value(session_,
                       session_.start(read_experiment(experiment, session_.text_reader())));
  });
}

val JsSession::memory_of(const std::string& experiment) const {
  return guarded([&] {
    const MemoryNeed need =
        session_.memory_need(read_experiment(experiment, session_.text_reader()));
    val value = val::object();
    value.set("least", number(need.least));
    value.set("most", number(need.most));
    value.set("allowed", number(session_.memory_allowed()));
    return value;
  });
}

val JsSession::step() {
  return guarded([&] {
    Lab& lab = session_.lab();
    return lab.done() ? val::undefined() : row_value(lab.step(), lab);
  });
}

val JsSession::attribute(const std::string& metric) {
  return guarded([&] {
    const auto start = std::chrono::steady_clock::now();
    const std::vector<Matrix> maps = session_.estimates(metric);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    val estimates = val::array();
    for (std::size_t sweep = 0; sweep < maps.size(); ++sweep) {
      val estimate = val::object();
      estimate.set("sweep", static_cast<double>(sweep));
      estimate.set("values",
                   float_array({maps[sweep].data(), static_cast<std::size_t>(maps[sweep].size())}));
      estimates.call<void>("push", estimate);
    }
    val value = val::object();
    value.set("estimates", estimates);
    value.set("seconds", val(took.count()));
    return value;
  });
}

val JsSession::cell(double sweep, double layer, double head, double column, double continuation) {
  return guarded([&] {
    const Config& config = session_.config();
    const auto of_layer = whole_value<Index>(layer, "layer", 0, config.n_layer - 1);
    const auto of_head = whole_value<Index>(head, "head", -1, config.n_head - 1);
    const Index row = of_head < 0 ? of_layer : of_layer * config.n_head + of_head;
    const CellDetails details =
        session_.inspect_cell({.sweep = whole_value<Index>(sweep, "sweep"),
                               .row = row,
                               .column = whole_value<Index>(column, "column"),
                               .top = kTopPredictions,
                               .continuation = whole_value<Index>(continuation, "continuation")});
    val continuations = val::object();
    continuations.set("clean", tokens_value(session_, details.clean));
    continuations.set("corrupted", tokens_value(session_, details.corrupted));
    continuations.set("patched", tokens_value(session_, details.patched));
    val value = val::object();
    value.set("finite", details.finite);
    value.set("continued", details.continued);
    value.set("top", predictions_value(session_, details.top));
    value.set("changed", changes_value(session_, details.changed));
    value.set("continuations", continuations);
    return value;
  });
}

val JsSession::patterns(const std::string& run, double layer) {
  return guarded([&] {
    const Matrix patterns =
        session_.attention_patterns(read_run(run), whole_value<Index>(layer, "layer"));
    return float_array({patterns.data(), static_cast<std::size_t>(patterns.size())});
  });
}

val JsSession::lens(const std::string& run) {
  return guarded([&] {
    const LogitLens lens = session_.logit_lens(read_run(run));
    val value = val::object();
    value.set("top", tokens_value(session_, lens.top));
    value.set("topProb", float_array(lens.top_prob));
    value.set("prob", float_array(lens.prob));
    return value;
  });
}

val JsSession::checks() {
  return guarded([&] {
    val values = val::array();
    for (const SelfCheck& check : session_.self_checks()) {
      val value = val::object();
      value.set("name", check.name);
      value.set("passed", check.passed);
      value.set("detail", check.detail);
      values.call<void>("push", value);
    }
    return values;
  });
}

val JsSession::measure(const val& prompt, const std::string& targets) {
  return guarded([&] {
    const Measures measures = session_.measure(prompt_of(session_, prompt),
                                               read_targets(targets, session_.text_reader()));
    return table_value(measures.values);
  });
}

val JsSession::logits(const val& prompt) {
  return guarded([&] {
    const Vector logits = session_.logits(prompt_of(session_, prompt));
    return float_array(row_values(logits));
  });
}

val JsSession::expand_template(const std::string& text) const {
  return guarded([&] { return template_value(session_, text); });
}

std::string JsSession::read_pairs(const std::string& text) const {
  return guarded([&] { return pairs_json(text); });
}

std::string JsSession::repairs(const std::string& clean, const std::string& corrupted) const {
  return guarded([&] { return repairs_json(session_, clean, corrupted); });
}

val JsSession::predict(const val& prompt, double count) {
  return guarded([&] {
    return predictions_value(session_, session_.predict(prompt_of(session_, prompt),
                                                        whole_value<Index>(count, "count", 1)));
  });
}

}  // namespace patchboard
