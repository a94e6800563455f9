#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/weights/model_texts.h"
#include "core/weights/tensor_entry.h"

namespace patchboard {

/// The longest header that is read, as in safetensors' own implementation.
inline constexpr std::uint64_t kMaxHeaderBytes = 100'000'000;

/// What the beginning of a file of weights says, whichever its format.
struct FileHeader {
  std::vector<TensorEntry> tensors;  ///< in the order of their bytes
  std::uint64_t data_begin = 0;      ///< the byte of the file that the tensors' offsets count from
  std::uint64_t alignment = 1;       ///< of the tensors, and of the file's end where it is padded
  bool is_scattered = false;         ///< tensors may share bytes; other things lie among them
  std::string text;                  ///< all of that as JSON: see `read_header_text`
  std::optional<ModelTexts> model;   ///< of a file that says all of its model
};

/// One format's header, from pieces of any size.
class HeaderFormat {
 public:
  HeaderFormat() = default;
  HeaderFormat(const HeaderFormat&) = delete;
  HeaderFormat& operator=(const HeaderFormat&) = delete;
  virtual ~HeaderFormat() = default;

  /// Takes what is the header's from the front of `bytes`. Errors: kWeights.
  virtual void feed(std::span<const std::byte>& bytes) = 0;
  /// What it says, once and as soon as it is whole. Errors: kWeights.
  [[nodiscard]] virtual std::optional<FileHeader> take() = 0;
  /// What is wrong with a file that ends here, before the header does.
  [[nodiscard]] virtual std::string missing() const = 0;
};

/// Reads the header of a file of weights from pieces of any size: safetensors, or GGUF, which its
/// first bytes tell. What PyTorch writes says what it holds elsewhere: see `TorchFile`.
class HeaderReader {
 public:
  /// file: its name, for errors.
  explicit HeaderReader(std::string file) : file_(std::move(file)) {}

  /// Takes what is the header's from the front of `bytes`; none until it is whole.
  /// Errors: kWeights, naming the file and the byte or the tensor: see `SafetensorsHeader` and
  /// `GgufHeader`; a Git LFS pointer.
  [[nodiscard]] std::optional<FileHeader> feed(std::span<const std::byte>& bytes);

  /// The file ended before its header did. Errors: kWeights, always.
  [[noreturn]] void refuse_end() const;

 private:
  void open();

  std::string file_;
  std::array<std::byte, 8> start_{};
  std::size_t start_size_ = 0;
  std::unique_ptr<HeaderFormat> format_;  // once the first bytes are there
};

}  // namespace patchboard
