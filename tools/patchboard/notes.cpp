#include "tools/patchboard/notes.h"

#include <array>
#include <cstddef>
#include <iostream>
#include <string_view>

#include "core/input/input_value.h"
#include "core/prompts/prompt_notes.h"

namespace patchboard {
namespace {

/// is_alone: whether there is no second prompt.
std::string name_of(std::string_view place, bool is_alone) {
  if (place == "clean") {
    return is_alone ? "the prompt" : "the clean prompt";
  }
  return place == "corrupted" ? "the corrupted prompt" : "\"" + std::string(place) + "\"";
}

std::string text_of(const PromptNote& note, bool is_alone) {
  const std::string name = name_of(note.place, is_alone);
  switch (note.kind) {
    case PromptNote::Kind::kEndsInSpace:
      return name + " ends in a space, which the next word brings with it";
    case PromptNote::Kind::kFirstWordNeedsSpace:
      return name + " begins with a word that is one token only with a space before it";
    case PromptNote::Kind::kTargetNeedsSpace:
      break;
  }
  return "the target `" + note.mended.substr(1) + "` has no space before it, with which `" +
         note.mended + "` would come after this prompt";
}

}  // namespace

void print_notes(const Session& session, const std::vector<NamedDocument>& documents) {
  struct Found {
    std::string first;
    std::size_t more = 0;
  };
  std::array<Found, 3> found;  // [kind]
  const bool are_several = documents.size() > 1;
  for (const auto& [name, document] : documents) {
    const auto notes = prompt_notes(document, [&](std::string_view text, SpecialTokens special) {
      return session.encode(text, special);
    });
    const InputValue json =
        InputValue::parse(document, {.code = ErrorCode::kExperiment, .name = "experiment"});
    const bool is_alone = !json.find("corrupted");
    for (const PromptNote& note : notes) {
      const std::string text = text_of(note, is_alone);
      if (!are_several) {
        std::cerr << "note: " << text << '\n';
        continue;
      }
      Found& of_kind = found.at(static_cast<std::size_t>(note.kind));
      if (of_kind.first.empty()) {
        of_kind.first.append(name).append(": ").append(text);
      } else {
        ++of_kind.more;
      }
    }
  }
  for (const auto& [first, more] : found) {
    if (!first.empty()) {
      std::cerr << "note: " << first
                << (more > 0 ? " (and " + std::to_string(more) + " more of this kind)" : "")
                << '\n';
    }
  }
}

}  // namespace patchboard
