#include <emscripten/bind.h>

#include "wasm/js_session.h"
#include "wasm/js_torch.h"

// What is registered here is what web/src/engine/patchboard.d.ts is generated from.

namespace {

using namespace patchboard::js;
using emscripten::class_;
using emscripten::register_type;
using emscripten::value_object;

void register_texts_and_arrays() {
  register_type<Prompt>("string | number[]");
  register_type<TokenizerTexts>(
      "Partial<Record<'vocab.json' | 'merges.txt' | 'tokenizer.json' | 'added_tokens.json' | "
      "'special_tokens_map.json' | 'tokenizer_config.json', string>>");
  register_type<ModelTextsOfFile>(
      "{config: string, tokenizer: Partial<Record<'vocab.json' | 'merges.txt' | "
      "'tokenizer_config.json', string>>, problem: string} | undefined");
  register_type<Dtype>("'f32' | 'f16' | 'q8_0'");
  register_type<RunName>("'clean' | 'corrupted'");
  register_type<NoteKind>("'ends-in-space' | 'target-needs-space' | 'first-word-needs-space'");
  register_type<SiteName>("import('../experiment/experiment').Site");
  register_type<DirectionName>("'denoising' | 'noising'");
  // Of what the page's documents ask for: pairs of query and key are the command's as yet.
  register_type<AxesName>("'position' | 'head' | 'head-position'");
  register_type<Floats>("Float32Array<ArrayBuffer>");
  register_type<Bytes>("Uint8Array<ArrayBuffer>");
  register_type<HeapBytes>("Uint8Array<ArrayBuffer>");
  register_type<ArrayOf<std::string>>("string[]");
  register_type<ArrayOf<ArrayOf<std::string>>>("string[][]");
  register_type<ArrayOf<Range>>("Range[]");
  register_type<ArrayOf<Token>>("Token[]");
  register_type<ArrayOf<ArrayOf<Token>>>("Token[][]");
  register_type<ArrayOf<Prediction>>("Prediction[]");
  register_type<ArrayOf<Change>>("Change[]");
  register_type<ArrayOf<Target>>("Target[]");
  register_type<ArrayOf<SweepInfo>>("SweepInfo[]");
  register_type<ArrayOf<Attribution>>("Attribution[]");
  register_type<ArrayOf<NeuronChange>>("NeuronChange[]");
  register_type<ArrayOf<Check>>("Check[]");
  register_type<ArrayOf<Filling>>("Filling[]");
  register_type<ArrayOf<PromptPair>>("PromptPair[]");
  register_type<ArrayOf<PromptNote>>("PromptNote[]");
  register_type<ArrayOf<LengthDifference>>("LengthDifference[]");
  register_type<ArrayOf<Repair>>("Repair[]");
}

void register_files() {
  value_object<Range>("Range").field("begin", &Range::begin).field("end", &Range::end);
  value_object<TorchHeader>("TorchHeader")
      .field("text", &TorchHeader::text)
      .field("config", &TorchHeader::config);
  emscripten::register_optional<double>();
  class_<JsTorchFile>("TorchFile")
      .constructor<std::string, double>()
      .function("wanted", &JsTorchFile::wanted)
      .function("take(bytes)", &JsTorchFile::take)
      .function("header", &JsTorchFile::header);
}

void register_answers() {
  value_object<Token>("Token").field("id", &Token::id).field("text", &Token::text);
  value_object<Prediction>("Prediction")
      .field("id", &Prediction::id)
      .field("text", &Prediction::text)
      .field("logit", &Prediction::logit)
      .field("prob", &Prediction::prob);
  value_object<Change>("Change")
      .field("id", &Change::id)
      .field("text", &Change::text)
      .field("before", &Change::before)
      .field("after", &Change::after);
  value_object<ModelInfo>("ModelInfo")
      .field("nLayer", &ModelInfo::n_layer)
      .field("nHead", &ModelInfo::n_head)
      .field("dModel", &ModelInfo::d_model)
      .field("vocabSize", &ModelInfo::vocab_size)
      .field("nPositions", &ModelInfo::n_positions)
      .field("parameters", &ModelInfo::parameters)
      .field("fingerprint", &ModelInfo::fingerprint)
      .field("weightBytes", &ModelInfo::weight_bytes)
      .field("quantization", &ModelInfo::quantization)
      .field("quantizationCost", &ModelInfo::quantization_cost)
      .field("remarks", &ModelInfo::remarks)
      .field("hasTokenizer", &ModelInfo::has_tokenizer)
      .field("fitsGpt2Tokenizer", &ModelInfo::fits_gpt2_tokenizer);
  value_object<Continuations>("Continuations")
      .field("clean", &Continuations::clean)
      .field("corrupted", &Continuations::corrupted)
      .field("patched", &Continuations::patched);
  value_object<CellDetails>("CellDetails")
      .field("finite", &CellDetails::finite)
      .field("continued", &CellDetails::continued)
      .field("top", &CellDetails::top)
      .field("changed", &CellDetails::changed)
      .field("continuations", &CellDetails::continuations);
  value_object<LogitLens>("LogitLens")
      .field("top", &LogitLens::top)
      .field("topProb", &LogitLens::top_prob)
      .field("prob", &LogitLens::prob);
  value_object<NeuronChange>("NeuronChange")
      .field("neuron", &NeuronChange::neuron)
      .field("clean", &NeuronChange::clean)
      .field("corrupted", &NeuronChange::corrupted)
      .field("difference", &NeuronChange::difference);
  value_object<NeuronChanges>("NeuronChanges")
      .field("finite", &NeuronChanges::finite)
      .field("largest", &NeuronChanges::largest);
  value_object<Check>("Check")
      .field("name", &Check::name)
      .field("passed", &Check::passed)
      .field("detail", &Check::detail);
}

void register_experiment() {
  value_object<Target>("Target").field("text", &Target::text).field("tokens", &Target::tokens);
  value_object<MeasureTable>("MeasureTable")
      .field("targets", &MeasureTable::targets)
      .field("cells", &MeasureTable::cells)
      .field("values", &MeasureTable::values);
  value_object<SweepInfo>("SweepInfo")
      .field("site", &SweepInfo::site)
      .field("direction", &SweepInfo::direction)
      .field("axes", &SweepInfo::axes)
      .field("rows", &SweepInfo::rows)
      .field("columns", &SweepInfo::columns)
      .field("firstLayer", &SweepInfo::first_layer)
      .field("endLayer", &SweepInfo::end_layer)
      .field("blockRows", &SweepInfo::block_rows);
  value_object<ExperimentStart>("ExperimentStart")
      .field("tokensClean", &ExperimentStart::tokens_clean)
      .field("tokensCorrupted", &ExperimentStart::tokens_corrupted)
      .field("tokensMean", &ExperimentStart::tokens_mean)
      .field("targets", &ExperimentStart::targets)
      .field("clean", &ExperimentStart::clean)
      .field("corrupted", &ExperimentStart::corrupted)
      .field("topClean", &ExperimentStart::top_clean)
      .field("topCorrupted", &ExperimentStart::top_corrupted)
      .field("sweeps", &ExperimentStart::sweeps)
      .field("blockRows", &ExperimentStart::block_rows)
      .field("naiveBlockRows", &ExperimentStart::naive_block_rows)
      .field("startBlockRows", &ExperimentStart::start_block_rows)
      .field("startSeconds", &ExperimentStart::start_seconds);
  value_object<SweepRow>("SweepRow")
      .field("sweep", &SweepRow::sweep)
      .field("layer", &SweepRow::layer)
      .field("head", &SweepRow::head)
      .field("measures", &SweepRow::measures)
      .field("computed", &SweepRow::computed)
      .field("notFinite", &SweepRow::not_finite)
      .field("blockRowsDone", &SweepRow::block_rows_done);
  emscripten::register_optional<SweepRow>();
  value_object<Attribution>("Attribution")
      .field("sweep", &Attribution::sweep)
      .field("values", &Attribution::values);
  value_object<AttributionResult>("AttributionResult")
      .field("estimates", &AttributionResult::estimates)
      .field("seconds", &AttributionResult::seconds);
  value_object<MemoryNeed>("MemoryNeed")
      .field("least", &MemoryNeed::least)
      .field("most", &MemoryNeed::most)
      .field("allowed", &MemoryNeed::allowed);
}

void register_prompts() {
  value_object<PromptOptions>("PromptOptions")
      .field("bos", &PromptOptions::bos)
      .field("specialTokens", &PromptOptions::special_tokens);
  value_object<PromptNote>("PromptNote")
      .field("kind", &PromptNote::kind)
      .field("place", &PromptNote::place)
      .field("mended", &PromptNote::mended);
  value_object<Filling>("Filling")
      .field("words", &Filling::words)
      .field("text", &Filling::text)
      .field("tokens", &Filling::tokens)
      .field("keeps", &Filling::keeps);
  value_object<TemplateStart>("TemplateStart")
      .field("slots", &TemplateStart::slots)
      .field("fillings", &TemplateStart::fillings);
  value_object<PromptPair>("PromptPair")
      .field("name", &PromptPair::name)
      .field("clean", &PromptPair::clean)
      .field("corrupted", &PromptPair::corrupted)
      .field("targets", &PromptPair::targets);
  value_object<SplitWords>("SplitWords")
      .field("text", &SplitWords::text)
      .field("tokens", &SplitWords::tokens);
  value_object<LengthDifference>("LengthDifference")
      .field("clean", &LengthDifference::clean)
      .field("corrupted", &LengthDifference::corrupted);
  value_object<Repair>("Repair")
      .field("clean", &Repair::clean)
      .field("corrupted", &Repair::corrupted)
      .field("why", &Repair::why);
  value_object<Repairs>("Repairs")
      .field("differences", &Repairs::differences)
      .field("repairs", &Repairs::repairs);
}

}  // namespace

EMSCRIPTEN_BINDINGS(patchboard) {
  register_texts_and_arrays();
  register_files();
  register_answers();
  register_experiment();
  register_prompts();
  class_<JsSession>("Session")
      .constructor<double, double>()
      .function("begin(configJson, dtype, files)", &JsSession::begin)
      .function("beginFile(dtype, file)", &JsSession::begin_file)
      .function("modelTexts", &JsSession::model_texts)
      .function("setTokenizer(texts)", &JsSession::set_tokenizer)
      .function("useGpt2Tokenizer(mergesTxt)", &JsSession::use_gpt2_tokenizer)
      .function("takeHeader(header, file)", &JsSession::take_header)
      .function("nextWanted", &JsSession::next_wanted)
      .function("reserve(bytes)", &JsSession::reserve)
      .function("commit(bytes)", &JsSession::commit)
      .function("endFile", &JsSession::end_file)
      .function("keep", &JsSession::keep)
      .function("kept", &JsSession::kept)
      .function("weightsHeader", &JsSession::weights_header)
      .function("continueFrom(sourceHeader)", &JsSession::continue_from)
      .function("finish", &JsSession::finish)
      .function("info", &JsSession::info)
      .function("tokenize(prompt, options)", &JsSession::tokenize)
      .function("decode(ids)", &JsSession::decode)
      .function("resolveTarget(text, options)", &JsSession::resolve_target)
      .function("start(experiment)", &JsSession::start)
      .function("memoryOf(experiment)", &JsSession::memory_of)
      .function("step", &JsSession::step)
      .function("attribute(metric)", &JsSession::attribute)
      .function("cell(sweep, layer, head, column, continuation)", &JsSession::cell)
      .function("patterns(run, layer)", &JsSession::patterns)
      .function("lens(run)", &JsSession::lens)
      .function("neurons(layer, position, count)", &JsSession::neurons)
      .function("checks", &JsSession::checks)
      .function("measure(prompt, targets, options)", &JsSession::measure)
      .function("logits(prompt, options)", &JsSession::logits)
      .function("predict(prompt, count, options)", &JsSession::predict)
      .function("expandTemplate(text, options)", &JsSession::expand_template)
      .function("readPairs(text)", &JsSession::read_pairs)
      .function("repairs(clean, corrupted, options)", &JsSession::repairs)
      .function("notes(experiment)", &JsSession::notes);
}
