#include "wasm/js_errors.h"

#include <emscripten/val.h>

#include <cstdlib>

namespace patchboard::js {

void throw_error(const char* code, const std::string& message) {
  emscripten::val error = emscripten::val::global("Error").new_(message);
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
    case ErrorCode::kExperiment:
      return "experiment";
    case ErrorCode::kMemory:
      return "memory";
    case ErrorCode::kState:
      return "state";
  }
  return "internal";
}

}  // namespace patchboard::js
