#pragma once

#include <filesystem>
#include <functional>
#include <ostream>

namespace patchboard {

/// With its parents. Errors: kState where it cannot be made.
void make_folder(const std::filesystem::path& folder);

/// Writes a file, over one that is there: `body` fills a stream that throws as soon as something
/// cannot be written. Errors: kState, with the system's reason; what was written until then stays.
void write_file(const std::filesystem::path& path, const std::function<void(std::ostream&)>& body);

}  // namespace patchboard
