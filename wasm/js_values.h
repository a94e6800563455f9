#pragma once

#include <emscripten/val.h>

#include <span>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/session/session.h"

namespace patchboard {

/// {id, text}
[[nodiscard]] emscripten::val token_value(const Session& session, TokenId id);

/// [{id, text}]
[[nodiscard]] emscripten::val tokens_value(const Session& session, std::span<const TokenId> ids);

/// [{id, text, logit, prob}]
[[nodiscard]] emscripten::val predictions_value(const Session& session,
                                                const std::vector<Prediction>& predictions);

/// A Float32Array with a copy of the values; no view of the heap leaves the module.
[[nodiscard]] emscripten::val float_array(const std::vector<float>& values);

/// {prob, logit}
[[nodiscard]] emscripten::val target_values_value(const TargetValues& values);

/// Throws a JavaScript Error that has a `code`.
[[noreturn]] void throw_error(const char* code, const std::string& message);

/// What `CoreError.code` is called in JavaScript.
[[nodiscard]] const char* code_name(ErrorCode code);

}  // namespace patchboard
