#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/input/plain_number.h"
#include "core/session/session.h"
#include "wasm/js_types.h"

namespace patchboard::js {

/// Of kNoToken the text says that the logits are not finite.
[[nodiscard]] Token token_of(const Session& session, TokenId id);

[[nodiscard]] ArrayOf<Token> tokens_of(const Session& session, std::span<const TokenId> ids);

[[nodiscard]] ArrayOf<Prediction> predictions_of(const Session& session,
                                                 const std::vector<patchboard::Prediction>& top);

[[nodiscard]] MeasureTable table_of(const patchboard::MeasureTable& table);

[[nodiscard]] ExperimentStart start_of(const Session& session, const Lab& lab);

[[nodiscard]] SweepRow row_of(const LabRow& row, const Lab& lab);

[[nodiscard]] CellDetails details_of(const Session& session,
                                     const patchboard::CellDetails& details);

/// A whole number that JavaScript gave, which has doubles alone and cuts them to 32 bits unasked.
/// Errors: kState, naming it.
template <std::integral T>
[[nodiscard]] T whole_value(double value, const char* name, T least = 0,
                            T most = std::numeric_limits<T>::max()) {
  return whole_of<T>(value, {.code = ErrorCode::kState, .name = name}, least, most);
}

[[nodiscard]] patchboard::PromptOptions options_of(const PromptOptions& options);

/// As it is run. Errors: kState, kPrompt for ids outside of the vocabulary, kExperiment for a model
/// without the token that it is to begin with.
[[nodiscard]] std::vector<TokenId> prompt_of(const Session& session, const Prompt& prompt,
                                             const PromptOptions& options);

}  // namespace patchboard::js
