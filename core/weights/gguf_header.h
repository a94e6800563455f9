#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/weights/file_header.h"
#include "core/weights/gguf_model.h"
#include "core/weights/gguf_value.h"

namespace patchboard {

/// The first bytes of every GGUF.
inline constexpr std::string_view kGgufMagic = "GGUF";

/// Of a GGUF, versions 2 and 3: keys with values, then the tensors' names, shapes and places. What
/// is read is not held; what is not needed of the values is not either.
/// Errors: kWeights, naming the file and the key or the tensor: another version or byte order;
/// lengths and counts beyond what a header holds; types that are none; a key twice; an alignment
/// that is no power of two; tensors that overlap or leave gaps, or are in numbers that are not
/// read; what `GgufModel` says of the values. Source:
/// https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, "File Structure".
class GgufHeader : public HeaderFormat {
 public:
  explicit GgufHeader(std::string file) : file_(std::move(file)) {}

  void feed(std::span<const std::byte>& bytes) override;
  [[nodiscard]] std::optional<FileHeader> take() override;
  [[nodiscard]] std::string missing() const override;

 private:
  enum class State { kStart, kKeys, kElements, kTensors, kPadding, kWhole };

  /// Each reads one thing; false where its bytes are not all there.
  [[nodiscard]] bool read_next();
  [[nodiscard]] bool read_start();
  [[nodiscard]] bool read_key();
  [[nodiscard]] bool read_element();
  [[nodiscard]] bool read_tensor();

  void begin_array(const std::string& key, std::uint32_t type, std::uint64_t count);
  void add_tensor(TensorEntry entry, std::uint32_t type);
  void finish();
  [[nodiscard]] GgufCursor left() const {
    return GgufCursor(std::span<const std::byte>(pending_).subspan(at_));
  }
  /// Where the bytes that are left begin in the file.
  [[nodiscard]] std::uint64_t position() const { return taken_ - (pending_.size() - at_); }

  std::string file_;
  GgufModel model_;
  State state_ = State::kStart;
  std::vector<std::byte> pending_;  // not yet read, from at_ on
  std::size_t at_ = 0;
  std::uint64_t taken_ = 0;  // bytes of the file
  std::uint64_t tensor_count_ = 0;
  std::uint64_t key_count_ = 0;
  std::uint64_t keys_read_ = 0;
  std::string key_;  // of the array under way
  GgufType element_type_{};
  std::uint64_t elements_left_ = 0;
  FileHeader header_;
};

}  // namespace patchboard
