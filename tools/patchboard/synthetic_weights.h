#pragma once

#include <cstdint>
#include <functional>
#include <ostream>

#include "core/weights/config.h"

namespace patchboard {

/// Called with the bytes of tensors written so far and those of all tensors.
using WriteProgress = std::function<void(std::uint64_t written, std::uint64_t total)>;

/// Writes a `model.safetensors` in F32 with random values, a small piece at a time. The same config
/// and seed give the same bytes on every platform.
///
/// Initialised as GPT-2 is: standard deviation 0.02, 0.01 for wpe, 0.02 / sqrt(2 n_layer) for the
/// projections into the residual stream. Unlike GPT-2's, biases are random as well, and gains of
/// layer norms are around 1, both with 0.02: with zeros and ones, a model that forgets them would
/// give the same results.
/// Errors: those of `out`; it is checked by the caller, or throws when it is set to.
/// Source: https://github.com/openai/gpt-2 src/model.py; Radford et al. 2019, section 2.3; the
/// safetensors format, https://github.com/huggingface/safetensors#format
void write_synthetic_weights(std::ostream& out, const Config& config, std::uint32_t seed,
                             const WriteProgress& progress);

}  // namespace patchboard
