#pragma once

#include <array>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/document/experiment.h"
#include "core/text/tokenizer.h"
#include "core/token_id.h"
#include "core/weights/config.h"

namespace patchboard {

/// How a token is shown in a message.
using TokenText = std::function<std::string(TokenId)>;

/// name: "clean prompt", say. Errors: kPrompt where the prompt is empty, longer than n_positions or
/// has an id outside the vocabulary.
void check_prompt(std::string_view name, std::span<const TokenId> ids, const Config& config);

/// Errors: kPrompt where the prompts are the same or have different lengths; the message shows the
/// tokens that differ and how to make them align.
void check_pair(std::span<const TokenId> clean, std::span<const TokenId> corrupted,
                const TokenText& token_text);

/// targets: tokens of each. length: of the prompt, in tokens. Errors: kTarget where there is none,
/// or one is not in the vocabulary; kPrompt where prompt and continuation are longer than
/// n_positions.
void check_targets(std::span<const std::vector<TokenId>> targets, std::size_t length,
                   const Config& config);

/// "prompt", "noise", "zero", "mean", in the order of the enumeration.
inline constexpr std::array<std::string_view, 4> kCorruptionNames = {"prompt", "noise", "zero",
                                                                     "mean"};

/// What of an experiment can be wrong without a model: what does not go together, and what is out
/// of every range. Errors: kExperiment.
void check_form(const Experiment& experiment);

/// Throws: a second prompt beside a corruption that runs none.
[[noreturn]] void refuse_corrupted_prompt(const Corruption& corruption);

/// Everything about an experiment, its form too: the one validator, for the page and the command.
/// Errors: kPrompt, kTarget; kExperiment for the form, or where positions, layers or prompts of the
/// corruption, the window, the span or the region are not there.
void check_experiment(const Experiment& experiment, const Config& config,
                      const TokenText& token_text);

/// The token that a model begins texts with. Errors: kExperiment where its `config.json` names
/// none, or none of its vocabulary.
[[nodiscard]] TokenId bos_token(const Config& config);

/// The one token that `text` is.
/// Errors: kTarget where it is none or several; the message shows how it splits and offers the
/// variant with or without the leading space where that is one token.
[[nodiscard]] TokenId resolve_target(std::string_view text, const Tokenizer& tokenizer,
                                     SpecialTokens special = SpecialTokens::kAreTokens);

}  // namespace patchboard
