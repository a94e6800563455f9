#include "tests/command/temporary_folder.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace patchboard::testing {
namespace {

namespace fs = std::filesystem;

fs::path make_unique_folder() {
  std::string name = (fs::temp_directory_path() / "patchboard-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) {
    throw std::runtime_error("cannot make a folder " + name);
  }
  return name;
}

}  // namespace

TemporaryFolder::TemporaryFolder() : root_(make_unique_folder()) {}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(root_, ignored);
}

std::string TemporaryFolder::path(std::string_view name) const {
  return name.empty() ? root_.string() : (root_ / name).string();
}

void TemporaryFolder::write(std::string_view name, std::string_view content) const {
  std::ofstream file(root_ / name, std::ios::binary);
  file.write(content.data(), static_cast<std::streamsize>(content.size()));
  if (!file.flush()) {
    throw std::runtime_error("cannot write " + path(name));
  }
}

std::string TemporaryFolder::read(std::string_view name) const {
  std::ifstream file(root_ / name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void TemporaryFolder::remove(std::string_view name) const { fs::remove_all(root_ / name); }

void TemporaryFolder::make_folder(std::string_view name) const {
  fs::create_directory(root_ / name);
}

}  // namespace patchboard::testing
