#pragma once

#include <emscripten/val.h>

#include <concepts>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/input/plain_number.h"
#include "core/session/session.h"

namespace patchboard {

/// {id, text}; of kNoToken the text says that the logits are not finite.
[[nodiscard]] emscripten::val token_value(const Session& session, TokenId id);

/// A whole number that JavaScript gave, which has doubles alone and cuts them to 32 bits unasked.
/// Errors: kState, naming it.
template <std::integral T>
[[nodiscard]] T whole_value(double value, const char* name, T least = 0,
                            T most = std::numeric_limits<T>::max()) {
  return whole_of<T>(value, {.code = ErrorCode::kState, .name = name}, least, most);
}

/// A prompt, which is a text or an array of token ids. Errors: kState, kPrompt for ids outside of
/// the vocabulary.
[[nodiscard]] std::vector<TokenId> prompt_of(const Session& session, const emscripten::val& prompt);

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

/// {targets, cells, values}, which is a Float32Array with a copy.
[[nodiscard]] emscripten::val table_value(const MeasureTable& table);

/// Throws a JavaScript Error that has a `code`.
[[noreturn]] void throw_error(const char* code, const std::string& message);

/// What `CoreError.code` is called in JavaScript.
[[nodiscard]] const char* code_name(ErrorCode code);

}  // namespace patchboard
