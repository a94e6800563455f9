#pragma once

#include <emscripten/val.h>

#include <string>

#include "core/session/session.h"

namespace patchboard {

/// {slots: [[word]], fillings: [{words, text, tokens, keeps}]}
[[nodiscard]] emscripten::val template_value(const Session& session, const std::string& text);

/// {"pairs": [{"name", "clean", "corrupted", "targets"}]}, as JSON text.
[[nodiscard]] std::string pairs_json(const std::string& text);

/// {"differences": [{"clean": {"text", "tokens"}, "corrupted": …}], "repairs": [{"clean",
/// "corrupted", "why"}]}, as JSON text.
[[nodiscard]] std::string repairs_json(const Session& session, const std::string& clean,
                                       const std::string& corrupted);

}  // namespace patchboard
