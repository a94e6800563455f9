#include "core/weights/zip_directory.h"

#include <algorithm>
#include <cstring>

#include "core/input/utf8.h"
#include "core/weights/file_header.h"
#include "core/weights/refuse_file.h"

namespace patchboard {
namespace {

constexpr std::uint32_t kEndMagic = 0x06054b50;
constexpr std::uint32_t kZip64LocatorMagic = 0x07064b50;
constexpr std::uint32_t kZip64EndMagic = 0x06064b50;
constexpr std::uint32_t kEntryMagic = 0x02014b50;
constexpr std::uint32_t kLocalMagic = 0x04034b50;
constexpr std::uint64_t kEndBytes = 22;
constexpr std::uint64_t kZip64LocatorBytes = 20;
constexpr std::uint64_t kZip64EndBytes = 56;
constexpr std::uint64_t kEntryBytes = 46;
constexpr std::uint64_t kLocalBytes = 30;
constexpr std::uint64_t kMostComment = 0xFFFF;
/// In the place of a number that does not fit, which is then in a field of zip64.
constexpr std::uint32_t kBeyond16 = 0xFFFF;
constexpr std::uint32_t kBeyond32 = 0xFFFFFFFF;

template <typename Number>
Number number_at(std::span<const std::byte> bytes, std::uint64_t at) {
  Number number{};
  if (bytes.size() < sizeof number || at > bytes.size() - sizeof number) {
    refuse_file("the directory of the zip is cut");
  }
  std::memcpy(&number, bytes.data() + static_cast<std::size_t>(at), sizeof number);
  return number;
}

void require_magic(std::span<const std::byte> bytes, std::uint32_t magic, const char* what) {
  if (number_at<std::uint32_t>(bytes, 0) != magic) {
    refuse_file(std::string("the zip has no ") + what + " where it says so");
  }
}

/// Where the record at the end begins in `tail`.
std::size_t find_end(std::span<const std::byte> tail) {
  for (std::size_t left = kEndBytes; left <= tail.size(); ++left) {
    const std::size_t at = tail.size() - left;
    if (number_at<std::uint32_t>(tail, at) == kEndMagic &&
        number_at<std::uint16_t>(tail, at + 20) == left - kEndBytes) {
      return at;
    }
  }
  refuse_file("begins as a zip, but has no directory at its end: the file is cut");
}

/// The numbers that did not fit, in their order.
class Zip64Field {
 public:
  explicit Zip64Field(std::span<const std::byte> extra) {
    constexpr std::uint16_t kId = 1;
    for (std::uint64_t at = 0; at + 4 <= extra.size();) {
      const std::uint64_t size = number_at<std::uint16_t>(extra, at + 2);
      if (at + 4 + size > extra.size()) {
        return;
      }
      if (number_at<std::uint16_t>(extra, at) == kId) {
        field_ = extra.subspan(static_cast<std::size_t>(at + 4), static_cast<std::size_t>(size));
        return;
      }
      at += 4 + size;
    }
  }

  /// value: as the entry has it.
  std::uint64_t whole(std::uint32_t value) {
    if (value != kBeyond32) {
      return value;
    }
    at_ += sizeof(std::uint64_t);
    return number_at<std::uint64_t>(field_, at_ - sizeof(std::uint64_t));
  }

 private:
  std::span<const std::byte> field_;
  std::uint64_t at_ = 0;
};

void require_stored(const std::string& name, std::span<const std::byte> entry) {
  const auto flags = number_at<std::uint16_t>(entry, 8);
  const auto method = number_at<std::uint16_t>(entry, 10);
  if ((flags & 1U) != 0) {
    refuse_file("`" + name + "` in the zip is encrypted, expected it as PyTorch stores it");
  }
  if (method != 0) {
    refuse_file("`" + name + "` in the zip is compressed" + (method == 8 ? " (deflate)" : "") +
                ", expected it stored, as PyTorch does: unpack the zip and pack it with `zip -0`");
  }
}

}  // namespace

ZipDirectory::ZipDirectory(std::uint64_t size) : size_(size) {
  const std::uint64_t tail = std::min(size, kEndBytes + kMostComment + kZip64LocatorBytes);
  wanted_ = {.begin = size - tail, .end = size};
}

void ZipDirectory::take(std::span<const std::byte> bytes) {
  if (!wanted_ || bytes.size() != wanted_->size()) {
    refuse_file("the file ends inside the directory of its zip");
  }
  switch (stage_) {
    case Stage::kEnd:
      return read_end(bytes);
    case Stage::kZip64End:
      return read_zip64_end(bytes);
    case Stage::kEntries:
      return read_entries(bytes);
  }
}

void ZipDirectory::read_end(std::span<const std::byte> tail) {
  const std::size_t at = find_end(tail);
  const std::span<const std::byte> record = tail.subspan(at);
  const auto disk = number_at<std::uint16_t>(record, 4);
  const auto count = number_at<std::uint16_t>(record, 10);
  const auto bytes = number_at<std::uint32_t>(record, 12);
  const auto begin = number_at<std::uint32_t>(record, 16);
  if (count != kBeyond16 && bytes != kBeyond32 && begin != kBeyond32) {
    if (disk != 0) {
      refuse_file("is the last part of a zip in several, expected a single file");
    }
    return want_entries(begin, bytes, count);
  }
  if (at < kZip64LocatorBytes) {
    refuse_file("the zip has no end of zip64 where it says so");
  }
  const auto locator = tail.subspan(at - kZip64LocatorBytes, kZip64LocatorBytes);
  require_magic(locator, kZip64LocatorMagic, "end of zip64");
  const auto end = number_at<std::uint64_t>(locator, 8);
  if (size_ < kZip64EndBytes || end > size_ - kZip64EndBytes) {
    refuse_file("the end of the zip's directory would be at byte " + std::to_string(end) +
                ", beyond the file");
  }
  stage_ = Stage::kZip64End;
  wanted_ = {.begin = end, .end = end + kZip64EndBytes};
}

void ZipDirectory::read_zip64_end(std::span<const std::byte> record) {
  require_magic(record, kZip64EndMagic, "end of zip64");
  want_entries(number_at<std::uint64_t>(record, 48), number_at<std::uint64_t>(record, 40),
               number_at<std::uint64_t>(record, 32));
}

void ZipDirectory::want_entries(std::uint64_t begin, std::uint64_t bytes, std::uint64_t count) {
  if (begin > size_ || bytes > size_ - begin || bytes > kMaxHeaderBytes ||
      count > bytes / kEntryBytes) {
    refuse_file("the zip's directory would be " + std::to_string(count) + " entries in " +
                std::to_string(bytes) + " bytes at byte " + std::to_string(begin) +
                ", which does not fit");
  }
  count_ = count;
  stage_ = Stage::kEntries;
  wanted_ = {.begin = begin, .end = begin + bytes};
}

void ZipDirectory::read_entries(std::span<const std::byte> bytes) {
  entries_.reserve(static_cast<std::size_t>(count_));
  std::uint64_t at = 0;
  for (std::uint64_t i = 0; i < count_; ++i) {
    const auto entry = bytes.subspan(static_cast<std::size_t>(at));
    require_magic(entry, kEntryMagic, "entry");
    const std::uint64_t name = number_at<std::uint16_t>(entry, 28);
    const std::uint64_t extra = number_at<std::uint16_t>(entry, 30);
    const std::uint64_t comment = number_at<std::uint16_t>(entry, 32);
    const std::uint64_t whole = kEntryBytes + name + extra + comment;
    if (whole > entry.size()) {
      refuse_file("the directory of the zip is cut");
    }
    const char* text = reinterpret_cast<const char*>(entry.data()) + kEntryBytes;
    ZipEntry read{.name = replace_invalid_utf8({text, static_cast<std::size_t>(name)})};
    require_stored(read.name, entry);
    Zip64Field more(entry.subspan(static_cast<std::size_t>(kEntryBytes + name),
                                  static_cast<std::size_t>(extra)));
    read.size = more.whole(number_at<std::uint32_t>(entry, 24));
    if (more.whole(number_at<std::uint32_t>(entry, 20)) != read.size) {
      refuse_file("`" + read.name + "` in the zip has two sizes");
    }
    read.header = more.whole(number_at<std::uint32_t>(entry, 42));
    read.crc = number_at<std::uint32_t>(entry, 16);
    if (read.header > size_ || size_ - read.header < kLocalBytes) {
      refuse_file("`" + read.name + "` in the zip begins at byte " + std::to_string(read.header) +
                  ", beyond the file");
    }
    entries_.push_back(std::move(read));
    at += whole;
  }
  wanted_.reset();
}

ByteRange local_header(const ZipEntry& entry) {
  return {.begin = entry.header, .end = entry.header + kLocalBytes};
}

ByteRange data_range(const ZipEntry& entry, std::span<const std::byte> header, std::uint64_t size) {
  if (header.size() < kLocalBytes || number_at<std::uint32_t>(header, 0) != kLocalMagic) {
    refuse_file("`" + entry.name + "` in the zip is not where its directory says, at byte " +
                std::to_string(entry.header));
  }
  const std::uint64_t begin = entry.header + kLocalBytes + number_at<std::uint16_t>(header, 26) +
                              number_at<std::uint16_t>(header, 28);
  if (begin > size || entry.size > size - begin) {
    refuse_file("`" + entry.name + "` in the zip should be " + std::to_string(entry.size) +
                " bytes at byte " + std::to_string(begin) + ", but the file ends at byte " +
                std::to_string(size));
  }
  return {.begin = begin, .end = begin + entry.size};
}

std::uint32_t crc32(std::span<const std::byte> bytes) {
  constexpr std::uint32_t kPolynomial = 0xEDB88320;
  constexpr std::uint32_t kAll = 0xFFFFFFFF;
  static const std::array<std::uint32_t, 256> kTable = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < table.size(); ++i) {
      std::uint32_t value = i;
      for (int bit = 0; bit < 8; ++bit) {
        value = (value >> 1U) ^ ((value & 1U) != 0 ? kPolynomial : 0);
      }
      table[i] = value;
    }
    return table;
  }();
  std::uint32_t crc = kAll;
  for (const std::byte byte : bytes) {
    crc = (crc >> 8U) ^ kTable[(crc ^ std::to_integer<std::uint32_t>(byte)) & 0xFFU];
  }
  return crc ^ kAll;
}

}  // namespace patchboard
