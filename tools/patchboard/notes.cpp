#include "tools/patchboard/notes.h"

#include <array>
#include <cstddef>
#include <iostream>

#include "core/prompts/prompt_notes.h"

namespace patchboard {

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
    for (const PromptNote& note : notes) {
      if (!are_several) {
        std::cerr << "note: " << note.text << '\n';
        continue;
      }
      Found& of_kind = found.at(static_cast<std::size_t>(note.kind));
      if (of_kind.first.empty()) {
        of_kind.first = name + ": " + note.text;
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
