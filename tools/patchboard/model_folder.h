#pragma once

#include <string>

#include "core/session/session.h"

namespace patchboard {

/// Whether a command needs vocab.json and merges.txt, or only shows text where they are there.
enum class TokenizerUse { kRequired, kIfPresent };

/// Loads a folder in the published layout: config.json, model.safetensors, vocab.json, merges.txt.
/// Errors: whatever Session says of their content; kState for a file that cannot be read.
void load_model_folder(Session& session, const std::string& folder, WeightFormat format,
                       TokenizerUse tokenizer);

/// Loads the model that is part of this program (tools/embedded-model).
void load_embedded_model(Session& session, WeightFormat format);

}  // namespace patchboard
