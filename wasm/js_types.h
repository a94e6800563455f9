#pragma once

#include <emscripten/val.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/token_id.h"

namespace patchboard::js {

/// What the engine answers with, as JavaScript gets it: plain objects and copied arrays, no view of
/// the heap. `wasm/bindings.cpp` gives every struct its keys; the types that TypeScript has of all
/// this, web/src/engine/patchboard.d.ts, are generated from there. Numbers are doubles, as
/// JavaScript's are: counts of block-rows pass 2³¹.

/// An array of T.
template <typename T>
struct ArrayOf : emscripten::val {
  ArrayOf() : val(array()) {}
  explicit ArrayOf(const val& value) : val(value) {}
  explicit ArrayOf(const std::vector<T>& values) : val(array(values)) {}
};

/// A Float32Array with a copy of the values.
struct Floats : emscripten::val {
  Floats() = default;
  explicit Floats(const val& value) : val(value) {}
  explicit Floats(std::span<const float> values)
      : val(val(emscripten::typed_memory_view(values.size(), values.data())).call<val>("slice")) {}
};

/// A Uint8Array with a copy of the values.
struct Bytes : emscripten::val {
  Bytes() = default;
  explicit Bytes(const val& value) : val(value) {}
  explicit Bytes(std::span<const std::uint8_t> values)
      : val(val(emscripten::typed_memory_view(values.size(), values.data())).call<val>("slice")) {}
};

/// A Uint8Array over the heap itself, valid until the next call.
struct HeapBytes : emscripten::val {
  explicit HeapBytes(const val& value) : val(value) {}
};

/// A text, or an array of token ids.
struct Prompt : emscripten::val {
  explicit Prompt(const val& value) : val(value) {}
};

/// See `patchboard::PromptOptions`. special_tokens: whether they are tokens in a text.
struct PromptOptions {
  bool bos = false;
  bool special_tokens = true;
};

/// The texts of a model's tokenizer files that are there, by the files' names: see
/// core/text/tokenizer_files.h.
struct TokenizerTexts : emscripten::val {
  explicit TokenizerTexts(const val& value) : val(value) {}
};

/// What a file of weights says of its model, by the names of `Texts` of the page; undefined where
/// it says nothing, or not yet.
struct ModelTextsOfFile : emscripten::val {
  explicit ModelTextsOfFile(const val& value) : val(value) {}
};

/// Bytes [begin, end) of a file.
struct Range {
  double begin = 0;
  double end = 0;
};

/// What a file of PyTorch's says that it holds.
struct TorchHeader {
  std::string text;    ///< for `takeHeader`, and to keep
  std::string config;  ///< of a checkpoint that says its model's sizes; else empty
};

/// A text of a few that there are; TypeScript knows which.
template <typename Of>
struct Name : emscripten::val {
  Name() = default;
  explicit Name(const val& value) : val(value) {}
  explicit Name(std::string_view name) : val(std::string(name)) {}
};
using SiteName = Name<struct OfSite>;
using DirectionName = Name<struct OfDirection>;
using AxesName = Name<struct OfAxes>;
using Dtype = Name<struct OfDtype>;
using RunName = Name<struct OfRun>;
using NoteKind = Name<struct OfNote>;

/// text: for a person to read; spaces and newlines as they are, bytes that are no UTF-8 as `\xHH`.
/// Where logits are not finite, the id is -1.
struct Token {
  TokenId id = 0;
  std::string text;
};

struct Prediction {
  TokenId id = 0;
  std::string text;
  float logit = 0;
  float prob = 0;
};

/// A token's probability before and after a patch.
struct Change {
  TokenId id = 0;
  std::string text;
  float before = 0;
  float after = 0;
};

/// What is measured: one token, or several together.
struct Target {
  std::string text;
  ArrayOf<Token> tokens;
};

struct ModelInfo {
  double n_layer = 0, n_head = 0, d_model = 0, vocab_size = 0, n_positions = 0, parameters = 0;
  std::string fingerprint;  ///< sixteen hexadecimal digits that tell models and formats apart
  double weight_bytes = 0;
  /// Of a file with quantised numbers: which ("q8_0"), and what they cost in a sentence; else
  /// empty.
  std::string quantization, quantization_cost;
  /// What else a person should know of how it was read, a sentence each.
  ArrayOf<std::string> remarks;
  bool has_tokenizer = false;
  bool fits_gpt2_tokenizer = false;  ///< by its number of tokens
};

/// See core/patching/measure_table.h. Of one run: a table of one cell.
struct MeasureTable {
  double targets = 0, cells = 0;
  Floats values;
};

/// One heatmap to compute: see docs/experiment.md. first_layer, end_layer: the layers of the rows
/// that are computed, the end not one of them. block_rows: that it still needs.
struct SweepInfo {
  SiteName site;
  DirectionName direction;
  AxesName axes;
  double rows = 0, columns = 0, first_layer = 0, end_layer = 0, block_rows = 0;
};

/// The clean and the corrupted run; what is known before the first heatmap row.
struct ExperimentStart {
  ArrayOf<Token> tokens_clean;
  ArrayOf<Token> tokens_corrupted;      ///< of noise or an ablation: those of the clean prompt
  ArrayOf<ArrayOf<Token>> tokens_mean;  ///< of each prompt that a mean is over
  ArrayOf<Target> targets;
  MeasureTable clean, corrupted;
  ArrayOf<Prediction> top_clean, top_corrupted;  ///< the ten most probable next tokens
  ArrayOf<SweepInfo> sweeps;
  /// Block-rows that all sweeps do, without the heatmap rows known from before, and that one
  /// forward pass per patch would do.
  double block_rows = 0, naive_block_rows = 0;
  /// What the two runs took, for an estimate of the rest: block-rows of both, and seconds.
  double start_block_rows = 0, start_seconds = 0;
};

/// One heatmap row: see `LabRow`. sweep: an index into `ExperimentStart::sweeps`. block_rows_done:
/// so far, this row included.
struct SweepRow {
  double sweep = 0, layer = 0, head = 0;
  MeasureTable measures;
  Bytes computed, not_finite;
  double block_rows_done = 0;
};

/// The first-order estimate of a whole heatmap: [row][column], of the metric's change.
struct Attribution {
  double sweep = 0;
  Floats values;
};

struct AttributionResult {
  ArrayOf<Attribution> estimates;
  double seconds = 0;
};

/// Greedy continuations of three runs; the patch stays in place.
struct Continuations {
  ArrayOf<Token> clean, corrupted, patched;
};

/// A patched run looked at closely: see `CellDetails` in core/closer/cell.h.
struct CellDetails {
  bool finite = true;
  bool continued = true;
  ArrayOf<Prediction> top;
  ArrayOf<Change> changed;
  Continuations continuations;
};

/// See `LogitLens` in core/closer/logit_lens.h. top, top_prob: [layer][position], flat. prob:
/// [target][layer][position], flat.
struct LogitLens {
  ArrayOf<Token> top;
  Floats top_prob, prob;
};

/// See core/closer/neurons.h.
struct NeuronChange {
  double neuron = 0;
  float clean = 0, corrupted = 0, difference = 0;
};

struct NeuronChanges {
  bool finite = true;
  ArrayOf<NeuronChange> largest;
};

/// A check that a result makes of itself: what was compared, and what came out.
struct Check {
  std::string name;
  bool passed = false;
  std::string detail;
};

/// Of an experiment, beside the weights, in bytes: see core/lab/memory_need.h.
struct MemoryNeed {
  double least = 0, most = 0, allowed = 0;
};

struct Filling {
  ArrayOf<std::string> words;
  std::string text;
  double tokens = 0;
  bool keeps = false;  ///< the length that most have
};

/// A template's words of each slot, and its fillings: those that keep the length, then the others.
struct TemplateStart {
  ArrayOf<ArrayOf<std::string>> slots;
  ArrayOf<Filling> fillings;
};

/// targets: empty where the caller's own are meant.
struct PromptPair {
  std::string name, clean, corrupted;
  ArrayOf<std::string> targets;
};

/// See core/prompts/prompt_notes.h.
struct PromptNote {
  NoteKind kind;
  std::string place, mended;
};

/// Words of a prompt, and the tokens that they are.
struct SplitWords {
  std::string text;
  ArrayOf<std::string> tokens;
};

struct LengthDifference {
  SplitWords clean, corrupted;
};

/// What takes the prompts' places, and why.
struct Repair {
  std::string clean, corrupted, why;
};

/// How prompts of different lengths could be repaired.
struct Repairs {
  ArrayOf<LengthDifference> differences;
  ArrayOf<Repair> repairs;
};

}  // namespace patchboard::js
