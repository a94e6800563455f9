#include "tools/patchboard/output_folder.h"

#include <cerrno>
#include <fstream>
#include <string>
#include <system_error>

#include "core/error.h"

namespace patchboard {

void make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    throw Error(ErrorCode::kState,
                "cannot make the folder " + folder.string() + ": " + error.message());
  }
}

void write_file(const std::filesystem::path& path, const std::function<void(std::ostream&)>& body) {
  std::ofstream file;
  file.exceptions(std::ios::failbit | std::ios::badbit);
  try {
    file.open(path, std::ios::binary);
    body(file);
    file.close();
  } catch (const std::ios::failure&) {
    throw Error(ErrorCode::kState,
                "cannot write " + path.string() + ": " + std::generic_category().message(errno));
  }
}

}  // namespace patchboard
