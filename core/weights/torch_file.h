#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/weights/byte_range.h"
#include "core/weights/file_header.h"
#include "core/weights/pickle_value.h"
#include "core/weights/torch_tensors.h"

namespace patchboard {

/// One layout of PyTorch's files: where it says what it holds. Errors: std::range_error.
class TorchLayout {
 public:
  TorchLayout() = default;
  TorchLayout(const TorchLayout&) = delete;
  TorchLayout& operator=(const TorchLayout&) = delete;
  virtual ~TorchLayout() = default;

  /// The bytes that are to be read next, in order, until everything is known.
  [[nodiscard]] virtual std::vector<ByteRange> wanted() const = 0;
  /// All of them.
  virtual void take(std::span<const std::vector<std::byte>> pieces) = 0;

  /// Once its pickle is read: the values in it.
  [[nodiscard]] virtual const Pickle& pickle() const = 0;
  /// The storages whose places are needed, once the pickle is read and before more is wanted.
  virtual void want_storages(const std::vector<TorchStorage>& storages) = 0;
  /// Where a storage begins, once nothing more is wanted.
  [[nodiscard]] virtual std::uint64_t place(const TorchStorage& storage) const = 0;
};

/// Reads what a file of PyTorch's says of its tensors, from the few bytes of it that it asks for:
/// the zip of 1.6 and later, or the pickles one after another of before. No pickle is executed.
class TorchFile {
 public:
  /// file: its name, for errors. size: of the file. activation: see `torch_checkpoint`.
  TorchFile(std::string file, std::uint64_t size, std::string activation = {});

  /// The bytes that are to be read next; none once the header can be taken.
  [[nodiscard]] std::vector<ByteRange> wanted() const;
  /// All of them. Errors: kWeights, naming the file and what is wrong in it.
  void take(std::span<const std::vector<std::byte>> pieces);
  /// What it says; of nanoGPT's checkpoints also the model's sizes. Tensors may share bytes, and
  /// other things lie between them and after them.
  [[nodiscard]] FileHeader header();

 private:
  void open(std::span<const std::byte> start);
  void read_pickle_values();

  std::string file_;
  std::uint64_t size_;
  std::string activation_;
  std::unique_ptr<TorchLayout> layout_;  // once its first bytes are there
  bool is_pickle_read_ = false;
  std::vector<TorchTensor> tensors_;
  std::optional<std::string> config_json_;
};

/// Whether a file that begins so, with 8 bytes at least, is one of PyTorch's.
[[nodiscard]] bool is_torch_start(std::string_view start);

}  // namespace patchboard
