#include "tools/patchboard/weights_file.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "core/error.h"
#include "core/weights/torch_file.h"

namespace patchboard {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPiece = std::size_t{1} << 20;

std::ifstream open(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file || fs::is_directory(path)) {
    throw Error(ErrorCode::kState, "cannot read " + path.string() + ", expected a file of weights");
  }
  return file;
}

/// Calls `take` with a file's pieces, as long as it asks for more.
void read_while(const fs::path& path, const std::function<bool(std::span<const std::byte>)>& take) {
  std::ifstream file = open(path);
  std::vector<std::byte> piece(kPiece);
  bool wants_more = true;
  while (file && wants_more) {
    file.read(reinterpret_cast<char*>(piece.data()), static_cast<std::streamsize>(piece.size()));
    wants_more = take(std::span(piece).first(static_cast<std::size_t>(file.gcount())));
  }
}

FileHeader read_torch_header(const fs::path& path, const std::string& activation) {
  InputFile file(path);
  TorchFile torch(path.filename().string(), file.size(), activation);
  for (auto wanted = torch.wanted(); !wanted.empty(); wanted = torch.wanted()) {
    std::vector<std::vector<std::byte>> pieces;
    pieces.reserve(wanted.size());
    for (const ByteRange& range : wanted) {
      pieces.push_back(file.read(range));
    }
    torch.take(pieces);
  }
  return torch.header();
}

}  // namespace

InputFile::InputFile(const fs::path& path) : path_(path), file_(open(path)) {
  std::error_code error;
  size_ = fs::file_size(path, error);
  if (error) {
    throw Error(ErrorCode::kState, "cannot read " + path.string() + ": " + error.message());
  }
}

std::vector<std::byte> InputFile::read(ByteRange range) {
  std::vector<std::byte> bytes(static_cast<std::size_t>(range.size()));
  file_.seekg(static_cast<std::streamoff>(range.begin));
  file_.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (!file_) {
    throw Error(ErrorCode::kState, "cannot read " + std::to_string(range.size()) +
                                       " bytes at byte " + std::to_string(range.begin) + " of " +
                                       path_.string());
  }
  return bytes;
}

void read_pieces(const fs::path& path,
                 const std::function<void(std::span<const std::byte>)>& take) {
  read_while(path, [&](std::span<const std::byte> piece) {
    take(piece);
    return true;
  });
}

bool is_torch_name(const fs::path& path) {
  const fs::path extension = path.extension();
  return extension == ".bin" || extension == ".pt" || extension == ".pth";
}

FileHeader read_weights_header(const fs::path& path, const std::string& activation) {
  if (is_torch_name(path)) {
    return read_torch_header(path, activation);
  }
  HeaderReader reader(path.filename().string());
  std::optional<FileHeader> header;
  read_while(path, [&](std::span<const std::byte> piece) {
    header = reader.feed(piece);
    return !header;
  });
  if (!header) {
    reader.refuse_end();
  }
  return std::move(*header);
}

std::vector<std::byte> read_piece(InputFile& file, std::uint64_t position) {
  return file.read({.begin = position, .end = std::min(position + kPiece, file.size())});
}

}  // namespace patchboard
