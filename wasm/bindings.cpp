#include <emscripten/bind.h>

#include "wasm/js_session.h"

EMSCRIPTEN_BINDINGS(patchboard) {
  using emscripten::class_;
  using patchboard::JsSession;

  class_<JsSession>("Session")
      .constructor<double, double>()
      .function("begin", &JsSession::begin)
      .function("setTokenizer", &JsSession::set_tokenizer)
      .function("reserve", &JsSession::reserve)
      .function("commit", &JsSession::commit)
      .function("endFile", &JsSession::end_file)
      .function("keep", &JsSession::keep)
      .function("kept", &JsSession::kept)
      .function("weightsHeader", &JsSession::weights_header)
      .function("continueFrom", &JsSession::continue_from)
      .function("finish", &JsSession::finish)
      .function("info", &JsSession::info)
      .function("tokenize", &JsSession::tokenize)
      .function("decode", &JsSession::decode)
      .function("resolveTarget", &JsSession::resolve_target)
      .function("start", &JsSession::start)
      .function("memoryOf", &JsSession::memory_of)
      .function("step", &JsSession::step)
      .function("attribute", &JsSession::attribute)
      .function("cell", &JsSession::cell)
      .function("patterns", &JsSession::patterns)
      .function("lens", &JsSession::lens)
      .function("checks", &JsSession::checks)
      .function("measure", &JsSession::measure)
      .function("logits", &JsSession::logits)
      .function("expandTemplate", &JsSession::expand_template)
      .function("readPairs", &JsSession::read_pairs)
      .function("repairs", &JsSession::repairs)
      .function("predict", &JsSession::predict);
}
