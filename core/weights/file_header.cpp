#include "core/weights/file_header.h"

#include <algorithm>
#include <cstring>

#include "core/error.h"
#include "core/input/text_input.h"
#include "core/weights/gguf_header.h"
#include "core/weights/other_formats.h"
#include "core/weights/safetensors_header.h"
#include "core/weights/torch_file.h"

namespace patchboard {
namespace {

/// What begins as no header of safetensors can, whose length comes first.
std::optional<std::string> other_than_safetensors(std::string_view start) {
  std::uint64_t length = 0;
  std::memcpy(&length, start.data(), sizeof length);
  if (length <= kMaxHeaderBytes) {
    return std::nullopt;
  }
  if (is_torch_start(start)) {
    return "is a file of PyTorch's by another name, expected it as a .bin or a .pt";
  }
  return other_format(start);
}

}  // namespace

std::optional<FileHeader> HeaderReader::feed(std::span<const std::byte>& bytes) {
  if (!format_) {
    const std::size_t taken = std::min(bytes.size(), start_.size() - start_size_);
    std::ranges::copy(bytes.first(taken), start_.data() + start_size_);
    start_size_ += taken;
    bytes = bytes.subspan(taken);
    if (start_size_ < start_.size()) {
      return std::nullopt;
    }
    open();
  }
  format_->feed(bytes);
  return format_->take();
}

void HeaderReader::open() {
  const std::string_view start(reinterpret_cast<const char*>(start_.data()), start_.size());
  if (is_lfs_start(start)) {
    throw Error(ErrorCode::kWeights, file_ + ": " + std::string(kLfsPointer));
  }
  if (const auto other = other_than_safetensors(start)) {
    throw Error(ErrorCode::kWeights, file_ + ": " + *other);
  }
  if (start.starts_with(kGgufMagic)) {
    format_ = std::make_unique<GgufHeader>(file_);
  } else {
    format_ = std::make_unique<SafetensorsHeader>(file_);
  }
  std::span<const std::byte> first(start_);
  format_->feed(first);
}

void HeaderReader::refuse_end() const {
  std::string what = format_ ? format_->missing() : "expected 8 bytes of header length first";
  if (!format_) {
    what = (start_size_ == 0 ? "the file is empty, "
                             : "the file ends after " + std::to_string(start_size_) + " bytes, ") +
           what;
  }
  throw Error(ErrorCode::kWeights, file_ + ": " + what);
}

}  // namespace patchboard
