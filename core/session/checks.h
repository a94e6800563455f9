#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/experiment/experiment.h"
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

/// Everything about an experiment that depends on the model.
/// Errors: kPrompt, kTarget; kExperiment where positions, layers or prompts of the corruption or
/// the region are not there.
void check_experiment(const Experiment& experiment, const Config& config,
                      const TokenText& token_text);

/// The one token that `text` is.
/// Errors: kTarget where it is none or several; the message shows how it splits and offers the
/// variant with or without the leading space where that is one token.
[[nodiscard]] TokenId resolve_target(std::string_view text, const Tokenizer& tokenizer);

}  // namespace patchboard
