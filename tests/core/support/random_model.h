#pragma once

#include <cstdint>

#include "core/weights/config.h"
#include "tests/core/reference/plain_weights.h"
#include "tests/core/support/random_matrix.h"

namespace patchboard::testing {

/// A small config; the rest of its fields follow from these.
Config small_config(Index n_layer, Index n_head, Index d_model, Index vocab_size);

/// One in which groups of q8's scales end early, in both directions; c_proj of the attention is
/// square.
Config config_of_odd_groups();

/// Seeded weights, large enough that every part of the model matters.
reference::PlainWeights random_weights(const Config& config, std::uint32_t seed);

}  // namespace patchboard::testing
