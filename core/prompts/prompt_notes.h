#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/text/tokenizer.h"
#include "core/token_id.h"

namespace patchboard {

/// What is run as it is written, but is likely to be meant otherwise.
struct PromptNote {
  enum class Kind {
    kEndsInSpace,          ///< a prompt: tokens begin with their space, so the model expects none
    kTargetNeedsSpace,     ///< a target that is another token than the one that would come there
    kFirstWordNeedsSpace,  ///< a prompt whose first word is one token only with a space before
  };

  Kind kind = Kind::kEndsInSpace;
  std::string place;   ///< in the document: "clean", "corruption.prompts[0]", "targets[1]"
  std::string mended;  ///< what would be right in its place

  bool operator==(const PromptNote&) const = default;
};

/// "ends-in-space", "target-needs-space", "first-word-needs-space".
[[nodiscard]] std::string_view note_name(PromptNote::Kind kind);

/// What a person may want to mend in the texts of an experiment's document, its prompts first.
/// Whether a target needs a space says what precedes it, the end of the clean prompt: a letter, a
/// digit or a mark after which a word begins with one; not an opening quote or bracket, a hyphen, a
/// line's end, nor a letter where the target is an ending such as `ing`. Of prompts in ids nothing
/// is said. document: as docs/experiment.md has it; keys may be missing.
/// Errors: kExperiment where it is no JSON; what `encode` throws.
[[nodiscard]] std::vector<PromptNote> prompt_notes(
    std::string_view document,
    const std::function<std::vector<TokenId>(std::string_view, SpecialTokens)>& encode);

}  // namespace patchboard
