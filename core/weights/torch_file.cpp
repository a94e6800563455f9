#include "core/weights/torch_file.h"

#include <algorithm>
#include <stdexcept>

#include "core/error.h"
#include "core/input/text_input.h"
#include "core/weights/other_formats.h"
#include "core/weights/safetensors_header.h"
#include "core/weights/torch_checkpoint.h"
#include "core/weights/torch_legacy.h"
#include "core/weights/torch_zip.h"
#include "core/weights/zip_directory.h"

namespace patchboard {
namespace {

constexpr std::uint64_t kStartBytes = 16;

}  // namespace

bool is_torch_start(std::string_view start) {
  return start.starts_with(kZipMagic) || start.starts_with(kTorchLegacyMagic.substr(0, 8));
}

TorchFile::TorchFile(std::string file, std::uint64_t size, std::string activation)
    : file_(std::move(file)), size_(size), activation_(std::move(activation)) {}

std::vector<ByteRange> TorchFile::wanted() const {
  return layout_ ? layout_->wanted()
                 : std::vector{ByteRange{.begin = 0, .end = std::min(size_, kStartBytes)}};
}

void TorchFile::take(std::span<const std::vector<std::byte>> pieces) {
  const std::vector<ByteRange> asked = wanted();
  if (!std::ranges::equal(pieces, asked, {}, &std::vector<std::byte>::size, &ByteRange::size)) {
    throw Error(ErrorCode::kState, file_ + ": other bytes than were asked for");
  }
  try {
    if (!layout_) {
      open(pieces.front());
    } else {
      layout_->take(pieces);
    }
    if (!is_pickle_read_ && layout_->wanted().empty()) {
      read_pickle_values();
    }
  } catch (const std::range_error& refusal) {
    throw Error(ErrorCode::kWeights, file_ + ": " + refusal.what());
  }
}

void TorchFile::open(std::span<const std::byte> start) {
  const std::string_view text(reinterpret_cast<const char*>(start.data()), start.size());
  if (text.starts_with(kZipMagic)) {
    layout_ = std::make_unique<TorchZip>(size_);
  } else if (text.starts_with(kTorchLegacyMagic)) {
    layout_ = std::make_unique<TorchLegacy>(size_);
  } else if (start.size() >= 8 && is_lfs_start(text)) {
    throw std::range_error(std::string(kLfsPointer));
  } else {
    throw std::range_error(
        other_format(text).value_or("is no file that torch.save wrote: it begins neither as a zip "
                                    "nor as the pickles of PyTorch before 1.6"));
  }
}

void TorchFile::read_pickle_values() {
  TorchCheckpoint checkpoint = torch_checkpoint(layout_->pickle(), activation_);
  config_json_ = std::move(checkpoint.config_json);
  tensors_ = torch_tensors(layout_->pickle(), checkpoint.state);
  is_pickle_read_ = true;
  std::vector<TorchStorage> storages;
  storages.reserve(tensors_.size());
  for (const TorchTensor& tensor : tensors_) {
    storages.push_back(tensor.storage);
  }
  std::ranges::sort(storages, {}, &TorchStorage::key);
  const auto twice = std::ranges::unique(storages, {}, &TorchStorage::key);
  storages.erase(twice.begin(), twice.end());
  layout_->want_storages(storages);
}

FileHeader TorchFile::header() {
  FileHeader header{.tensors = {}, .is_scattered = true, .text = {}, .model = {}};
  for (const TorchTensor& tensor : tensors_) {
    header.tensors.push_back(torch_entry(tensor, layout_->place(tensor.storage)));
  }
  sort_by_begin(header.tensors);
  header.text = header_text(header);
  if (config_json_) {
    header.model.emplace().config_json = *config_json_;
  }
  return header;
}

}  // namespace patchboard
