#pragma once

#include <emscripten/val.h>

#include <cstdint>
#include <string>

#include "core/session/session.h"

namespace patchboard {

/// Session for JavaScript: the same calls, with plain objects and copied arrays as values.
/// The types are in `web/src/engine/module.ts`. An Error of the core becomes a JavaScript Error
/// with a `code`; so does running out of memory.
class JsSession {
 public:
  /// memory: bytes that the heap can grow to.
  JsSession(double threads, double memory);

  /// files: an array of names.
  void begin(const std::string& config_json, const std::string& dtype,
             const emscripten::val& files);
  void set_tokenizer(const std::string& vocab_json, const std::string& merges_txt);
  /// The address of `size` bytes on the heap, valid until the next call.
  std::uintptr_t reserve(double size);
  void commit(double size);
  void end_file();
  void keep();
  /// A view of the heap, valid until the next call.
  [[nodiscard]] emscripten::val kept();
  [[nodiscard]] std::string weights_header();
  double continue_from(const std::string& source_header);
  void finish();

  [[nodiscard]] emscripten::val info() const;
  [[nodiscard]] emscripten::val tokenize(const emscripten::val& prompt) const;
  /// ids: an array.
  [[nodiscard]] std::string decode(const emscripten::val& ids) const;
  [[nodiscard]] emscripten::val resolve_target(const std::string& text) const;

  /// experiment: the text of the JSON document.
  emscripten::val start(const std::string& experiment);
  /// {least, most, allowed}, in bytes: what an experiment would hold beside the weights, before it
  /// is started.
  [[nodiscard]] emscripten::val memory_of(const std::string& experiment) const;
  emscripten::val step();
  /// metric: the text of a JSON document, see core/lab/estimates.h.
  emscripten::val attribute(const std::string& metric);
  emscripten::val cell(double sweep, double layer, double head, double column, double continuation);
  emscripten::val patterns(const std::string& run, double layer);
  emscripten::val lens(const std::string& run);
  emscripten::val checks();
  emscripten::val measure(const emscripten::val& prompt, const std::string& targets);
  emscripten::val logits(const emscripten::val& prompt);
  /// Of many prompts, see js_prompts.h.
  [[nodiscard]] emscripten::val expand_template(const std::string& text) const;
  [[nodiscard]] std::string read_pairs(const std::string& text) const;
  [[nodiscard]] std::string repairs(const std::string& clean, const std::string& corrupted) const;
  [[nodiscard]] emscripten::val predict(const emscripten::val& prompt, double count);

 private:
  Session session_;
};

}  // namespace patchboard
