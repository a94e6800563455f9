#pragma once

#include <cstdint>

namespace patchboard {

/// An index into the vocabulary.
using TokenId = std::int32_t;

}  // namespace patchboard
