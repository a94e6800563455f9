#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "core/weights/byte_range.h"
#include "core/weights/file_header.h"

namespace patchboard {

/// A file read from the disk. Errors of every function: kState for what cannot be read.
class InputFile {
 public:
  explicit InputFile(const std::filesystem::path& path);

  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] std::vector<std::byte> read(ByteRange range);

 private:
  std::filesystem::path path_;
  std::uint64_t size_ = 0;
  std::ifstream file_;
};

/// Calls `take` with a file's bytes, piece by piece. Errors: kState for a file that cannot be read.
void read_pieces(const std::filesystem::path& path,
                 const std::function<void(std::span<const std::byte>)>& take);

/// Whether it is PyTorch's, by its name.
[[nodiscard]] bool is_torch_name(const std::filesystem::path& path);

/// What a file of weights says that it holds. activation: see `torch_checkpoint`. Errors: kWeights;
/// kState where it cannot be read.
[[nodiscard]] FileHeader read_weights_header(const std::filesystem::path& path,
                                             const std::string& activation = {});

/// The bytes of what is wanted of a file, from its byte `position` on.
[[nodiscard]] std::vector<std::byte> read_piece(InputFile& file, std::uint64_t position);

/// Feeds a whole file of weights to a Session or a WeightReader. Errors: those of its `feed`.
template <typename Reader>
void feed_weights(const std::filesystem::path& path, Reader& reader) {
  if (is_torch_name(path)) {
    reader.take_header(read_weights_header(path));
    InputFile file(path);
    while (const std::optional<std::uint64_t> position = reader.next_wanted()) {
      reader.feed(read_piece(file, *position));
    }
  } else {
    read_pieces(path, [&](std::span<const std::byte> piece) { reader.feed(piece); });
  }
  reader.end_file();
}

}  // namespace patchboard
