// What every entry has in common: libFuzzer's function.

#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "core/error.h"
#include "tests/fuzz/fuzz_entry.h"

namespace patchboard::fuzz {

void fail(std::string_view what) {
  std::fprintf(stderr, "does not hold: %.*s\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

std::vector<std::string_view> parts(std::string_view input, std::size_t count) {
  constexpr std::string_view kBetween = "\n---\n";
  std::vector<std::string_view> found(count);
  for (std::size_t i = 0; i < count; ++i) {
    const bool is_last = i + 1 == count;
    const std::size_t end = is_last ? input.size() : input.find(kBetween);
    found[i] = input.substr(0, end);
    input.remove_prefix(end >= input.size() ? input.size() : end + kBetween.size());
  }
  return found;
}

std::size_t hash_of(std::string_view input) {
  std::uint32_t hash = 2166136261U;  // FNV-1a, in 32 bits: the same choices in both builds
  for (const char byte : input) {
    hash = (hash ^ static_cast<unsigned char>(byte)) * 16777619U;
  }
  return hash;
}

}  // namespace patchboard::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    patchboard::fuzz::run({reinterpret_cast<const char*>(data), size});
  } catch (const patchboard::Error&) {  // NOLINT(bugprone-empty-catch): the core's answer
  }
  return 0;
}
