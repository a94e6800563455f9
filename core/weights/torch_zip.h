#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/weights/torch_file.h"
#include "core/weights/zip_directory.h"

namespace patchboard {

/// The layout since PyTorch 1.6: a zip of `NAME/data.pkl` and of a storage each in `NAME/data/KEY`.
/// Errors: also a TorchScript program, a checksum of the pickle that is another, big-endian
/// numbers. Source: torch/serialization.py, `_save` and `_load`;
/// caffe2/serialize/inline_container.cc.
class TorchZip : public TorchLayout {
 public:
  explicit TorchZip(std::uint64_t size) : size_(size), directory_(size) { want_directory(); }

  [[nodiscard]] std::vector<ByteRange> wanted() const override { return wanted_; }
  void take(std::span<const std::vector<std::byte>> pieces) override;
  [[nodiscard]] const Pickle& pickle() const override { return pickle_; }
  void want_storages(const std::vector<TorchStorage>& storages) override;
  [[nodiscard]] std::uint64_t place(const TorchStorage& storage) const override {
    return places_.at(storage.key);
  }

 private:
  enum class Stage { kDirectory, kHeaders, kTexts, kStorages };

  void want_directory();
  void find_files();
  void read_headers(std::span<const std::vector<std::byte>> pieces);
  void read_texts(std::span<const std::vector<std::byte>> pieces);
  void read_places(std::span<const std::vector<std::byte>> pieces);

  std::uint64_t size_;
  Stage stage_ = Stage::kDirectory;
  ZipDirectory directory_;
  std::vector<ByteRange> wanted_;
  std::map<std::string, ZipEntry> entries_;  // by their names after the archive's
  std::vector<std::string> texts_;           // of those: the pickle, and the byte order
  Pickle pickle_;
  std::vector<TorchStorage> storages_;
  std::map<std::string, std::uint64_t> places_;
};

}  // namespace patchboard
