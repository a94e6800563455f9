#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/weights/byte_range.h"

namespace patchboard {

/// The first bytes of every zip that holds something.
inline constexpr std::string_view kZipMagic = "PK\3\4";

/// One file in a zip.
struct ZipEntry {
  std::string name;
  std::uint64_t header = 0;  ///< where its local header begins
  std::uint64_t size = 0;    ///< of its data, as it is stored
  std::uint32_t crc = 0;
};

/// The directory at the end of a zip, zip64 too. Errors of every function: std::range_error.
/// Source: APPNOTE.TXT 6.3.10 of PKWARE, 4.3 and 4.5.3.
class ZipDirectory {
 public:
  /// size: of the whole file.
  explicit ZipDirectory(std::uint64_t size);

  /// The bytes that it needs next; none once it is read.
  [[nodiscard]] std::optional<ByteRange> wanted() const { return wanted_; }
  /// Exactly those. Errors: no zip, of several disks, cut, entries that are compressed or
  /// encrypted.
  void take(std::span<const std::byte> bytes);

  [[nodiscard]] const std::vector<ZipEntry>& entries() const { return entries_; }

 private:
  enum class Stage { kEnd, kZip64End, kEntries };

  void read_end(std::span<const std::byte> tail);
  void read_zip64_end(std::span<const std::byte> record);
  void read_entries(std::span<const std::byte> bytes);
  void want_entries(std::uint64_t begin, std::uint64_t bytes, std::uint64_t count);

  std::uint64_t size_;
  Stage stage_ = Stage::kEnd;
  std::optional<ByteRange> wanted_;
  std::uint64_t count_ = 0;
  std::vector<ZipEntry> entries_;
};

/// The part of an entry's local header that says how long the rest of it is.
[[nodiscard]] ByteRange local_header(const ZipEntry& entry);

/// Where an entry's data lies. header: its `local_header`. size: of the file.
/// Errors: std::range_error where that is none, or the data ends beyond the file.
[[nodiscard]] ByteRange data_range(const ZipEntry& entry, std::span<const std::byte> header,
                                   std::uint64_t size);

/// As zip has it. Source: ISO 3309, polynomial 0xEDB88320.
[[nodiscard]] std::uint32_t crc32(std::span<const std::byte> bytes);

}  // namespace patchboard
