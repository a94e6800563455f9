#pragma once

#include <cstdint>
#include <string>

#include "core/weights/config.h"
#include "tools/patchboard/synthetic_weights.h"

namespace patchboard {

/// Writes a model with random weights in the published layout: config.json, vocab.json, merges.txt
/// and model.safetensors, over those that are there. The folder is made where it is missing.
///
/// The tokenizer is the simplest valid one: a token for each byte, whose id is the byte, and no
/// merges. config.vocab_size: at least 256.
/// Errors: kState for a folder that cannot be made or a file that cannot be written whole; what was
/// written until then stays.
void write_synthetic_model(const Config& config, std::uint32_t seed, const std::string& folder,
                           const WriteProgress& progress);

}  // namespace patchboard
