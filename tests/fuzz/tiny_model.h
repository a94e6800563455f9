#pragma once

#include "core/session/session.h"

namespace patchboard::fuzz {

/// A random model that takes microseconds: 2 layers, 2 heads, d_model 4, 270 tokens, 12 positions,
/// with the tests' small tokenizer.
[[nodiscard]] Session& tiny_session();
[[nodiscard]] const Gpt2& tiny_model();
[[nodiscard]] ThreadPool& one_thread();

}  // namespace patchboard::fuzz
