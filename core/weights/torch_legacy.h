#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/weights/torch_file.h"

namespace patchboard {

/// The first bytes of the layout before PyTorch 1.6: a pickle of its magic number.
inline constexpr std::string_view kTorchLegacyMagic{
    "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9 j\xa8P\x19.", 15};

/// The layout before PyTorch 1.6: pickles of the magic number, the protocol, the machine, what was
/// saved and the storages' keys, then each storage as its count of numbers and the numbers.
/// Errors: also big-endian numbers, counts that are others than the pickle's.
/// Source: torch/serialization.py, `_legacy_save` and `_legacy_load`.
class TorchLegacy : public TorchLayout {
 public:
  explicit TorchLegacy(std::uint64_t size);

  [[nodiscard]] std::vector<ByteRange> wanted() const override { return wanted_; }
  void take(std::span<const std::vector<std::byte>> pieces) override;
  [[nodiscard]] const Pickle& pickle() const override { return pickle_; }
  void want_storages(const std::vector<TorchStorage>& storages) override;
  [[nodiscard]] std::uint64_t place(const TorchStorage& storage) const override {
    return places_.at(storage.key);
  }

 private:
  void read_pickles(std::span<const std::byte> bytes);
  void want_more(std::uint64_t bytes);
  void read_counts(std::span<const std::vector<std::byte>> pieces);

  std::uint64_t size_;
  std::vector<ByteRange> wanted_;
  Pickle pickle_;
  std::vector<std::string> keys_;       // of the storages, as they lie in the file
  std::vector<TorchStorage> storages_;  // the same, once they are wanted
  std::uint64_t data_begin_ = 0;
  std::map<std::string, std::uint64_t> places_;
};

}  // namespace patchboard
