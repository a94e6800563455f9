#pragma once

#include <cstdint>
#include <vector>

#include "core/math/matrix.h"
#include "core/token_id.h"

namespace patchboard::testing {

/// Seeded, of a standard normal distribution.
Matrix random_matrix(Index rows, Index cols, std::uint32_t seed);

std::vector<TokenId> random_tokens(Index count, Index vocab_size, std::uint32_t seed);

}  // namespace patchboard::testing
