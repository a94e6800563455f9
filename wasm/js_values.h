#pragma once

#include <emscripten/val.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/session/session.h"

namespace patchboard {

/// {id, text}; of kNoToken the text says that the logits are not finite.
[[nodiscard]] emscripten::val token_value(const Session& session, TokenId id);

/// [{id, text}]
[[nodiscard]] emscripten::val tokens_value(const Session& session, std::span<const TokenId> ids);

/// [{id, text, logit, prob}]
[[nodiscard]] emscripten::val predictions_value(const Session& session,
                                                const std::vector<Prediction>& predictions);

/// [{id, text, before, after}]
[[nodiscard]] emscripten::val changes_value(const Session& session,
                                            const std::vector<ProbabilityChange>& changes);

/// [{text, tokens}]
[[nodiscard]] emscripten::val targets_value(const Session& session,
                                            const std::vector<std::vector<TokenId>>& targets);

/// A Float32Array with a copy of the values; no view of the heap leaves the module.
[[nodiscard]] emscripten::val float_array(std::span<const float> values);

/// A Uint8Array with a copy of the values.
[[nodiscard]] emscripten::val byte_array(std::span<const std::uint8_t> values);

/// {prob, logProb, logit, rank, kl}
[[nodiscard]] emscripten::val measures_value(const Measures& measures);

/// Throws a JavaScript Error that has a `code`.
[[noreturn]] void throw_error(const char* code, const std::string& message);

/// What `CoreError.code` is called in JavaScript.
[[nodiscard]] const char* code_name(ErrorCode code);

}  // namespace patchboard
