#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

namespace patchboard {

/// The types of a value of a GGUF's metadata, with their numbers in the file.
/// Source: gguf.md, `gguf_metadata_value_type`.
enum class GgufType : std::uint32_t {
  kU8 = 0,
  kI8 = 1,
  kU16 = 2,
  kI16 = 3,
  kU32 = 4,
  kI32 = 5,
  kF32 = 6,
  kBool = 7,
  kString = 8,
  kArray = 9,
  kU64 = 10,
  kI64 = 11,
  kF64 = 12,
};
inline constexpr std::uint32_t kLastGgufType = 12;

/// What `tokenizer.ggml.token_type` says of a token. Source: llama.h, `llama_token_type`.
namespace token_type {
inline constexpr std::int32_t kNormal = 1;
inline constexpr std::int32_t kUnknown = 2;
inline constexpr std::int32_t kControl = 3;
inline constexpr std::int32_t kUserDefined = 4;
inline constexpr std::int32_t kUnused = 5;
}  // namespace token_type

/// Bytes that a value takes at least: those of its length, where it has one.
[[nodiscard]] std::uint64_t least_bytes(GgufType type);

/// A value that is no array. Whole numbers beyond 63 bits are none that is read.
using GgufValue = std::variant<bool, std::int64_t, double, std::string_view>;

/// Reads little-endian values from the front of some bytes, of which there may be too few.
class GgufCursor {
 public:
  explicit GgufCursor(std::span<const std::byte> bytes) : bytes_(bytes) {}

  /// None where the bytes end before; nothing is taken then that matters.
  template <typename Number>
  [[nodiscard]] std::optional<Number> number() {
    if (bytes_.size() - at_ < sizeof(Number)) {
      return std::nullopt;
    }
    Number number;
    std::memcpy(&number, bytes_.data() + at_, sizeof number);
    at_ += sizeof number;
    return number;
  }

  /// most: bytes. Errors: std::range_error where it would be longer, before it is there.
  [[nodiscard]] std::optional<std::string_view> text(std::uint64_t most);

  /// Not of an array. most: bytes of a text.
  /// Errors: std::range_error for a text that is longer, or a truth that is neither 0 nor 1.
  [[nodiscard]] std::optional<GgufValue> value(GgufType type, std::uint64_t most);

  [[nodiscard]] std::size_t taken() const { return at_; }

 private:
  std::span<const std::byte> bytes_;
  std::size_t at_ = 0;
};

}  // namespace patchboard
