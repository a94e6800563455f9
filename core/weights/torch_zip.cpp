#include "core/weights/torch_zip.h"

#include <algorithm>

#include "core/weights/pickle_reader.h"
#include "core/weights/refuse_file.h"

namespace patchboard {
namespace {

constexpr const char* kPickle = "data.pkl";
constexpr const char* kByteOrder = "byteorder";
constexpr const char* kStorages = "data/";

/// What stands before the names of its files; none in a zip that has no pickle.
std::optional<std::string> archive_of(const std::vector<ZipEntry>& entries) {
  const std::string pickle(kPickle);
  for (const ZipEntry& entry : entries) {
    if (entry.name == pickle || entry.name.ends_with("/" + pickle)) {
      return entry.name.substr(0, entry.name.size() - pickle.size());
    }
  }
  return std::nullopt;
}

}  // namespace

void TorchZip::take(std::span<const std::vector<std::byte>> pieces) {
  switch (stage_) {
    case Stage::kDirectory:
      directory_.take(pieces.front());
      want_directory();
      if (wanted_.empty()) {
        find_files();
      }
      return;
    case Stage::kHeaders:
      return read_headers(pieces);
    case Stage::kTexts:
      return read_texts(pieces);
    case Stage::kStorages:
      return read_places(pieces);
  }
}

void TorchZip::want_directory() {
  wanted_.clear();
  if (const auto more = directory_.wanted()) {
    wanted_.push_back(*more);
  }
}

void TorchZip::find_files() {
  const std::optional<std::string> archive = archive_of(directory_.entries());
  if (!archive) {
    refuse_file("is a zip without `data.pkl`, expected one that torch.save wrote");
  }
  for (const ZipEntry& entry : directory_.entries()) {
    if (entry.name.starts_with(*archive) &&
        !entries_.emplace(entry.name.substr(archive->size()), entry).second) {
      refuse_file("`" + entry.name + "` is twice in the zip");
    }
  }
  if (entries_.contains("constants.pkl")) {
    refuse_file(
        "is a TorchScript program, expected a state dict: `torch.save(model.state_dict(), …)`");
  }
  wanted_.clear();
  for (const char* name : {kPickle, kByteOrder}) {
    if (const auto found = entries_.find(name); found != entries_.end()) {
      texts_.emplace_back(name);
      wanted_.push_back(local_header(found->second));
    }
  }
  if (entries_.at(kPickle).size > kMostPickleBytes) {
    refuse_file("`data.pkl` has " + std::to_string(entries_.at(kPickle).size) +
                " bytes, expected at most " + std::to_string(kMostPickleBytes));
  }
  stage_ = Stage::kHeaders;
}

void TorchZip::read_headers(std::span<const std::vector<std::byte>> pieces) {
  wanted_.clear();
  for (std::size_t i = 0; i < texts_.size(); ++i) {
    wanted_.push_back(data_range(entries_.at(texts_[i]), pieces[i], size_));
  }
  stage_ = Stage::kTexts;
}

void TorchZip::read_texts(std::span<const std::vector<std::byte>> pieces) {
  if (pieces.size() > 1) {
    const std::string_view order(reinterpret_cast<const char*>(pieces[1].data()), pieces[1].size());
    if (order != "little") {
      refuse_file("its numbers are big-endian, expected little-endian ones");
    }
  }
  if (crc32(pieces[0]) != entries_.at(kPickle).crc) {
    refuse_file("`data.pkl` is damaged: its checksum is another than the zip's directory has");
  }
  std::optional<Pickle> pickle = read_pickle(pieces[0], kTorchFunctions);
  if (!pickle) {
    refuse_file("`data.pkl` ends before its pickle does");
  }
  pickle_ = std::move(*pickle);
  wanted_.clear();
}

void TorchZip::want_storages(const std::vector<TorchStorage>& storages) {
  storages_ = storages;
  for (const TorchStorage& storage : storages_) {
    const auto found = entries_.find(kStorages + storage.key);
    if (found == entries_.end()) {
      refuse_file("storage `" + storage.key + "` is not in the zip: no `data/" + storage.key + "`");
    }
    if (found->second.size != storage.bytes()) {
      refuse_file("`data/" + storage.key + "` has " + std::to_string(found->second.size) +
                  " bytes, expected " + std::to_string(storage.count) + " numbers in " +
                  storage.dtype_name);
    }
    wanted_.push_back(local_header(found->second));
  }
  stage_ = Stage::kStorages;
}

void TorchZip::read_places(std::span<const std::vector<std::byte>> pieces) {
  for (std::size_t i = 0; i < storages_.size(); ++i) {
    const ZipEntry& entry = entries_.at(kStorages + storages_[i].key);
    places_[storages_[i].key] = data_range(entry, pieces[i], size_).begin;
  }
  wanted_.clear();
}

}  // namespace patchboard
