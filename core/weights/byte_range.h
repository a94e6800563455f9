#pragma once

#include <cstdint>

namespace patchboard {

/// Bytes of a file: from `begin` on, before `end`.
struct ByteRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;

  [[nodiscard]] std::uint64_t size() const { return end - begin; }
};

}  // namespace patchboard
