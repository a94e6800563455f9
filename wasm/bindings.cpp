#include <emscripten/bind.h>

#include "wasm/js_session.h"

EMSCRIPTEN_BINDINGS(patchboard) {
  using emscripten::class_;
  using patchboard::JsSession;

  class_<JsSession>("Session")
      .constructor<int>()
      .function("begin", &JsSession::begin)
      .function("setTokenizer", &JsSession::set_tokenizer)
      .function("reserve", &JsSession::reserve)
      .function("commit", &JsSession::commit)
      .function("keep", &JsSession::keep)
      .function("kept", &JsSession::kept)
      .function("weightsHeader", &JsSession::weights_header)
      .function("continueFrom", &JsSession::continue_from)
      .function("finish", &JsSession::finish)
      .function("info", &JsSession::info)
      .function("tokenize", &JsSession::tokenize)
      .function("resolveTarget", &JsSession::resolve_target)
      .function("startPatch", &JsSession::start_patch)
      .function("stepPatch", &JsSession::step_patch)
      .function("predict", &JsSession::predict);
}
