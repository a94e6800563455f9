#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/session/session.h"
#include "wasm/js_types.h"

namespace patchboard::js {

/// A model being loaded, then used: `Session` for JavaScript. An Error of the core becomes a
/// JavaScript Error with a `code`; so does running out of memory.
class JsSession {
 public:
  /// memory: bytes that the heap can grow to.
  JsSession(double threads, double memory);

  /// dtype: how weights are kept in memory; arithmetic is f32 in every case.
  void begin(const std::string& config_json, const Dtype& dtype, const ArrayOf<std::string>& files);
  /// The same of a file that says all of its model: see `Session::begin_file`.
  void begin_file(const Dtype& dtype, const std::string& file);
  /// What such a file says, once its header was committed.
  [[nodiscard]] ModelTextsOfFile model_texts() const;
  void set_tokenizer(const TokenizerTexts& texts);
  /// merges_txt: GPT-2's own, which says all of it.
  void use_gpt2_tokenizer(const std::string& merges_txt);
  /// The next file begins with this header, which was read already: see `TorchFile`. file: its
  /// name.
  void take_header(const std::string& header, const std::string& file);
  /// Of such a file, the byte from where the next ones go on; none once all that is wanted is
  /// there.
  std::optional<double> next_wanted();
  /// An address in HEAPU8 where the next bytes of the weights go, then `commit` them.
  std::uintptr_t reserve(double bytes);
  void commit(double bytes);
  /// One of several files has ended; the next one's bytes follow.
  void end_file();
  /// From here on, there is a copy of the weights' file to keep, in the numbers of `dtype`.
  void keep();
  /// What the last `commit` added to it.
  [[nodiscard]] HeapBytes kept();
  /// The header of the file being read, as text; empty before it is whole.
  [[nodiscard]] std::string weights_header();
  /// What was committed was the beginning of a kept copy of a file with this header. Returns the
  /// position in that file from where bytes come next; they continue the copy.
  double continue_from(const std::string& source_header);
  /// Checks that every tensor arrived.
  void finish();

  [[nodiscard]] ModelInfo info() const;
  [[nodiscard]] ArrayOf<Token> tokenize(const Prompt& prompt, const PromptOptions& options) const;
  [[nodiscard]] std::string decode(const Prompt& ids) const;
  [[nodiscard]] Token resolve_target(const std::string& text, const PromptOptions& options) const;

  /// experiment: the text of the JSON document.
  ExperimentStart start(const std::string& experiment);
  [[nodiscard]] MemoryNeed memory_of(const std::string& experiment) const;
  /// The next heatmap row, last layer first; none when all are done.
  std::optional<SweepRow> step();
  /// For every sweep. metric: the text of a JSON document, see core/lab/estimates.h.
  AttributionResult attribute(const std::string& metric);
  /// column: of the sweep's row.
  CellDetails cell(double sweep, double layer, double head, double column, double continuation);
  /// Attention patterns of one layer: [head][query][key], flat; of noise, the samples' mean.
  Floats patterns(const RunName& run, double layer);
  LogitLens lens(const RunName& run);
  /// At most `count`; of noise, of the samples' mean.
  NeuronChanges neurons(double layer, double position, double count);
  ArrayOf<Check> checks();
  /// One run; targets as in the experiment, JSON text of an array. kl is 0.
  MeasureTable measure(const Prompt& prompt, const std::string& targets,
                       const PromptOptions& options);
  /// Of the last position: [vocab_size].
  Floats logits(const Prompt& prompt, const PromptOptions& options);
  ArrayOf<Prediction> predict(const Prompt& prompt, double count, const PromptOptions& options);
  [[nodiscard]] TemplateStart expand_template(const std::string& text,
                                              const PromptOptions& options) const;
  /// From JSON or CSV: see docs/experiment.md.
  [[nodiscard]] ArrayOf<PromptPair> read_pairs(const std::string& text) const;
  [[nodiscard]] Repairs repairs(const std::string& clean, const std::string& corrupted,
                                const PromptOptions& options) const;
  /// What a person may want to mend in an experiment's texts. experiment: as of `start`.
  [[nodiscard]] ArrayOf<PromptNote> notes(const std::string& experiment) const;

 private:
  Session session_;
};

}  // namespace patchboard::js
