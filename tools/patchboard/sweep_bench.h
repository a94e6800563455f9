#pragma once

#include <nlohmann/json.hpp>

#include "tools/patchboard/arguments.h"

namespace patchboard {

/// Times whole sweeps of one pair of random prompts, in turn for `rounds` rounds: f32 weights in
/// all threads and in one, and f16 and q8_0 weights in all threads. Each loads the model anew,
/// which is not timed. Returns the median of each, in seconds, and how many times as long it takes
/// as the first: {length, settings: [{dtype, threads, seconds, times}]}. Errors: see `load_model`;
/// kPrompt where the model has fewer than `length` positions.
[[nodiscard]] nlohmann::ordered_json sweep_bench(const BenchArguments& arguments);

}  // namespace patchboard
