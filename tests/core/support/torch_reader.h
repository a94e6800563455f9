#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/session/session.h"
#include "core/weights/file_header.h"

namespace patchboard::testing {

/// What a file of PyTorch's says, read from memory. Errors: those of TorchFile.
[[nodiscard]] FileHeader read_torch(std::string_view file, const std::string& name = "model.bin");

/// Feeds such a file to a session that has begun, in pieces of `piece` bytes, and ends it.
void feed_torch(Session& session, std::string_view file, FileHeader header, std::size_t piece);

}  // namespace patchboard::testing
