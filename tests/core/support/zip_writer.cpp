#include "tests/core/support/zip_writer.h"

#include <cstring>
#include <span>

#include "core/weights/zip_directory.h"

namespace patchboard::testing {
namespace {

template <typename Number>
std::string little_endian(Number number) {
  std::string bytes(sizeof number, '\0');
  std::memcpy(bytes.data(), &number, sizeof number);
  return bytes;
}

std::string little_endian16(std::size_t number) {
  return little_endian(static_cast<std::uint16_t>(number));
}

std::string little_endian32(std::size_t number) {
  return little_endian(static_cast<std::uint32_t>(number));
}

}  // namespace

void ZipWriter::add(const std::string& name, std::string_view content) {
  const std::string times(8, '\0');  // flags, method and time
  const std::string sizes = little_endian(crc32(std::as_bytes(std::span(content)))) +
                            little_endian32(content.size()) + little_endian32(content.size()) +
                            little_endian16(name.size()) + little_endian16(0);
  directory_ += "PK\1\2" + little_endian16(20) + little_endian16(20) + times + sizes +
                std::string(10, '\0') + little_endian32(entries_.size()) + name;
  entries_ += "PK\3\4" + little_endian16(20) + times + sizes + name + std::string(content);
  ++count_;
}

std::string ZipWriter::file() const {
  return entries_ + directory_ + "PK\5\6" + std::string(4, '\0') + little_endian16(count_) +
         little_endian16(count_) + little_endian32(directory_.size()) +
         little_endian32(entries_.size()) + little_endian16(0);
}

}  // namespace patchboard::testing
