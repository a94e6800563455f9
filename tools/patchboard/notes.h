#pragma once

#include <string>
#include <vector>

#include "core/session/session.h"

namespace patchboard {

/// A document, and what it is called where there are several.
struct NamedDocument {
  std::string name;
  std::string document;
};

/// Says on standard error what of the documents is run as it is written, but is likely to be meant
/// otherwise: of several documents, of each kind of note the first, and how many more there are.
void print_notes(const Session& session, const std::vector<NamedDocument>& documents);

}  // namespace patchboard
