#pragma once

#include <string>

#include "core/session/session.h"
#include "wasm/js_types.h"

namespace patchboard::js {

[[nodiscard]] TemplateStart template_of(const Session& session, const std::string& text,
                                        const PromptOptions& options);

[[nodiscard]] ArrayOf<PromptPair> pairs_of(const std::string& text);

[[nodiscard]] Repairs repairs_of(const Session& session, const std::string& clean,
                                 const std::string& corrupted, const PromptOptions& options);

/// experiment: the text of the JSON document.
[[nodiscard]] ArrayOf<PromptNote> notes_of(const Session& session, const std::string& experiment);

}  // namespace patchboard::js
