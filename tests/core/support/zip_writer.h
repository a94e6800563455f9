#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace patchboard::testing {

/// Writes a zip of stored entries, one after another.
class ZipWriter {
 public:
  void add(const std::string& name, std::string_view content);
  /// With its directory.
  [[nodiscard]] std::string file() const;

 private:
  std::string entries_;
  std::string directory_;
  std::uint16_t count_ = 0;
};

}  // namespace patchboard::testing
