#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace patchboard::fuzz {

/// What an entry does with an input of the fuzzer; each entry defines it. An Error is an answer;
/// any other exception, a sanitizer's report, a hang or `fail` is a find.
void run(std::string_view input);

/// Says what should have held, and ends the program.
[[noreturn]] void fail(std::string_view what);

inline void require(bool holds, std::string_view what) {
  if (!holds) {
    fail(what);
  }
}

/// The parts of an input that stands for several files or arguments: between lines of `---`. As
/// many as asked for; those that are not there are empty.
[[nodiscard]] std::vector<std::string_view> parts(std::string_view input, std::size_t count);

/// Tells inputs apart: for choices that a small change should change.
[[nodiscard]] std::size_t hash_of(std::string_view input);

}  // namespace patchboard::fuzz
