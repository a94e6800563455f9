#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace patchboard::testing {

/// A folder of its own for one test, gone with it.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] std::string path(std::string_view name = "") const;
  void write(std::string_view name, std::string_view content) const;
  [[nodiscard]] std::string read(std::string_view name) const;
  void remove(std::string_view name) const;
  void make_folder(std::string_view name) const;

 private:
  std::filesystem::path root_;
};

}  // namespace patchboard::testing
