#include "wasm/js_session.h"

#include <chrono>
#include <utility>
#include <vector>

#include "core/weights/config_activation.h"
#include "core/weights/other_heads.h"
#include "core/weights/quantization.h"
#include "core/weights/safetensors_header.h"
#include "wasm/js_errors.h"
#include "wasm/js_prompts.h"
#include "wasm/js_values.h"

namespace patchboard::js {
namespace {

using emscripten::val;

constexpr Index kTopPredictions = 10;
constexpr int kMaxThreads = 256;

WeightFormat read_format(const std::string& dtype) {
  if (dtype == "f32") {
    return WeightFormat::kF32;
  }
  if (dtype == "f16") {
    return WeightFormat::kF16;
  }
  if (dtype == "q8_0") {
    return WeightFormat::kQ8;
  }
  throw Error(ErrorCode::kState, "dtype is \"" + dtype + "\", expected f32, f16 or q8_0");
}

patchboard::RunName read_run(const RunName& run) {
  const auto name = run.as<std::string>();
  if (name != "clean" && name != "corrupted") {
    throw Error(ErrorCode::kState, "run \"" + name + "\", expected clean or corrupted");
  }
  return name == "clean" ? patchboard::RunName::kClean : patchboard::RunName::kCorrupted;
}

std::vector<std::string> remarks_on(const Session& session) {
  std::vector<std::string> remarks;
  if (session.assumes_activation()) {
    remarks.push_back(assumed_activation(session.config()));
  }
  if (!session.left_aside().empty()) {
    remarks.push_back(left_aside_text(session.left_aside()));
  }
  return remarks;
}

Floats floats_of(const Matrix& matrix) {
  return Floats(std::span(matrix.data(), static_cast<std::size_t>(matrix.size())));
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

void JsSession::begin(const std::string& config_json, const Dtype& dtype,
                      const ArrayOf<std::string>& files) {
  guarded([&] {
    session_.begin(config_json, read_format(dtype.as<std::string>()),
                   emscripten::vecFromJSArray<std::string>(files));
  });
}

void JsSession::begin_file(const Dtype& dtype, const std::string& file) {
  guarded([&] { session_.begin_file(read_format(dtype.as<std::string>()), file); });
}

ModelTextsOfFile JsSession::model_texts() const {
  return guarded([&] {
    const std::optional<ModelTexts>& texts = session_.model_texts();
    if (!texts) {
      return ModelTextsOfFile(val::undefined());
    }
    val tokenizer = val::object();
    if (texts->has_tokenizer()) {
      tokenizer.set("vocab.json", texts->vocab_json);
      tokenizer.set("merges.txt", texts->merges_txt);
      tokenizer.set("tokenizer_config.json", texts->tokenizer_config_json);
    }
    val all = val::object();
    all.set("config", texts->config_json);
    all.set("tokenizer", tokenizer);
    all.set("problem", texts->tokenizer_problem);
    return ModelTextsOfFile(all);
  });
}

void JsSession::set_tokenizer(const TokenizerTexts& texts) {
  guarded([&] {
    const auto text = [&](const char* name) {
      const val found = texts[name];
      return found.isUndefined() ? std::string() : found.as<std::string>();
    };
    const std::string vocab = text("vocab.json");
    const std::string merges = text("merges.txt");
    const std::string whole = text("tokenizer.json");
    const std::string added = text("added_tokens.json");
    const std::string special = text("special_tokens_map.json");
    const std::string config = text("tokenizer_config.json");
    session_.set_tokenizer({.vocab_json = vocab,
                            .merges_txt = merges,
                            .tokenizer_json = whole,
                            .added_tokens_json = added,
                            .special_tokens_map_json = special,
                            .tokenizer_config_json = config});
  });
}

void JsSession::use_gpt2_tokenizer(const std::string& merges_txt) {
  guarded([&] { session_.use_gpt2_tokenizer(merges_txt); });
}

void JsSession::take_header(const std::string& header, const std::string& file) {
  guarded([&] { session_.take_header(read_header_text(header, file)); });
}

std::optional<double> JsSession::next_wanted() {
  return guarded([&]() -> std::optional<double> {
    const std::optional<std::uint64_t> position = session_.next_wanted();
    return position ? std::optional(static_cast<double>(*position)) : std::nullopt;
  });
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
  guarded([&] { session_.keep(); });
}

HeapBytes JsSession::kept() {
  return guarded([&] {
    const std::span<const std::byte> bytes = session_.kept();
    return HeapBytes(val(emscripten::typed_memory_view(
        bytes.size(), reinterpret_cast<const std::uint8_t*>(bytes.data()))));
  });
}

std::string JsSession::weights_header() {
  return guarded([&] { return session_.weights_header(); });
}

double JsSession::continue_from(const std::string& source_header) {
  return guarded([&] { return static_cast<double>(session_.continue_from(source_header)); });
}

void JsSession::finish() {
  guarded([&] { session_.finish(); });
}

ModelInfo JsSession::info() const {
  return guarded([&] {
    const Config& config = session_.config();
    const DType quantized = session_.quantization();
    const bool is_plain = quantized == DType::kOther;
    return ModelInfo{.n_layer = static_cast<double>(config.n_layer),
                     .n_head = static_cast<double>(config.n_head),
                     .d_model = static_cast<double>(config.d_model),
                     .vocab_size = static_cast<double>(config.vocab_size),
                     .n_positions = static_cast<double>(config.n_positions),
                     .parameters = static_cast<double>(config.parameter_count()),
                     .fingerprint = session_.fingerprint(),
                     .weight_bytes = static_cast<double>(session_.weight_bytes()),
                     .quantization = is_plain ? "" : quantization_name(quantized),
                     .quantization_cost = is_plain ? "" : quantization_cost(quantized),
                     .remarks = ArrayOf<std::string>(remarks_on(session_)),
                     .has_tokenizer = session_.has_tokenizer(),
                     .fits_gpt2_tokenizer = session_.fits_gpt2_tokenizer()};
  });
}

ArrayOf<Token> JsSession::tokenize(const Prompt& prompt, const PromptOptions& options) const {
  return guarded([&] { return tokens_of(session_, prompt_of(session_, prompt, options)); });
}

std::string JsSession::decode(const Prompt& ids) const {
  return guarded([&] { return session_.decode(prompt_of(session_, ids, {})); });
}

Token JsSession::resolve_target(const std::string& text, const PromptOptions& options) const {
  return guarded([&] {
    return token_of(session_, session_.resolve_target(text, options_of(options).special_tokens));
  });
}

ExperimentStart JsSession::start(const std::string& experiment) {
  return guarded([&] {
    return start_of(session_, session_.start(read_experiment(experiment, session_.text_reader())));
  });
}

MemoryNeed JsSession::memory_of(const std::string& experiment) const {
  return guarded([&] {
    const patchboard::MemoryNeed need =
        session_.memory_need(read_experiment(experiment, session_.text_reader()));
    return MemoryNeed{.least = static_cast<double>(need.least),
                      .most = static_cast<double>(need.most),
                      .allowed = static_cast<double>(session_.memory_allowed())};
  });
}

std::optional<SweepRow> JsSession::step() {
  return guarded([&] {
    Lab& lab = session_.lab();
    return lab.done() ? std::nullopt : std::optional(row_of(lab.step(), lab));
  });
}

AttributionResult JsSession::attribute(const std::string& metric) {
  return guarded([&] {
    const auto start = std::chrono::steady_clock::now();
    const std::vector<Matrix> maps = session_.estimates(metric);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    std::vector<Attribution> estimates;
    estimates.reserve(maps.size());
    for (std::size_t sweep = 0; sweep < maps.size(); ++sweep) {
      estimates.push_back({.sweep = static_cast<double>(sweep), .values = floats_of(maps[sweep])});
    }
    return AttributionResult{.estimates = ArrayOf<Attribution>(estimates), .seconds = took.count()};
  });
}

CellDetails JsSession::cell(double sweep, double layer, double head, double column,
                            double continuation) {
  return guarded([&] {
    const Config& config = session_.config();
    const auto of_layer = whole_value<Index>(layer, "layer", 0, config.n_layer - 1);
    const auto of_head = whole_value<Index>(head, "head", -1, config.n_head - 1);
    const Index row = of_head < 0 ? of_layer : of_layer * config.n_head + of_head;
    return details_of(
        session_,
        session_.inspect_cell({.sweep = whole_value<Index>(sweep, "sweep"),
                               .row = row,
                               .column = whole_value<Index>(column, "column"),
                               .top = kTopPredictions,
                               .continuation = whole_value<Index>(continuation, "continuation")}));
  });
}

Floats JsSession::patterns(const RunName& run, double layer) {
  return guarded([&] {
    return floats_of(
        session_.attention_patterns(read_run(run), whole_value<Index>(layer, "layer")));
  });
}

LogitLens JsSession::lens(const RunName& run) {
  return guarded([&] {
    const patchboard::LogitLens lens = session_.logit_lens(read_run(run));
    return LogitLens{.top = tokens_of(session_, lens.top),
                     .top_prob = Floats(lens.top_prob),
                     .prob = Floats(lens.prob)};
  });
}

NeuronChanges JsSession::neurons(double layer, double position, double count) {
  return guarded([&] {
    const patchboard::NeuronChanges changes =
        session_.neuron_changes({.layer = whole_value<Index>(layer, "layer"),
                                 .position = whole_value<Index>(position, "position"),
                                 .count = whole_value<Index>(count, "count", 1)});
    std::vector<NeuronChange> largest;
    largest.reserve(changes.largest.size());
    for (const auto& [neuron, clean, corrupted, difference] : changes.largest) {
      largest.push_back({static_cast<double>(neuron), clean, corrupted, difference});
    }
    return NeuronChanges{.finite = changes.finite, .largest = ArrayOf<NeuronChange>(largest)};
  });
}

ArrayOf<Check> JsSession::checks() {
  return guarded([&] {
    std::vector<Check> checks;
    for (const SelfCheck& check : session_.self_checks()) {
      checks.push_back({.name = check.name, .passed = check.passed, .detail = check.detail});
    }
    return ArrayOf<Check>(checks);
  });
}

MeasureTable JsSession::measure(const Prompt& prompt, const std::string& targets,
                                const PromptOptions& options) {
  return guarded([&] {
    const Measures measures = session_.measure(
        prompt_of(session_, prompt, options),
        read_targets(targets, session_.text_reader(), options_of(options).special_tokens));
    return table_of(measures.values);
  });
}

Floats JsSession::logits(const Prompt& prompt, const PromptOptions& options) {
  return guarded([&] {
    const Vector logits = session_.logits(prompt_of(session_, prompt, options));
    return Floats(row_values(logits));
  });
}

ArrayOf<Prediction> JsSession::predict(const Prompt& prompt, double count,
                                       const PromptOptions& options) {
  return guarded([&] {
    return predictions_of(session_, session_.predict(prompt_of(session_, prompt, options),
                                                     whole_value<Index>(count, "count", 1)));
  });
}

TemplateStart JsSession::expand_template(const std::string& text,
                                         const PromptOptions& options) const {
  return guarded([&] { return template_of(session_, text, options); });
}

ArrayOf<PromptPair> JsSession::read_pairs(const std::string& text) const {
  return guarded([&] { return pairs_of(text); });
}

Repairs JsSession::repairs(const std::string& clean, const std::string& corrupted,
                           const PromptOptions& options) const {
  return guarded([&] { return repairs_of(session_, clean, corrupted, options); });
}

ArrayOf<PromptNote> JsSession::notes(const std::string& experiment) const {
  return guarded([&] { return notes_of(session_, experiment); });
}

}  // namespace patchboard::js
