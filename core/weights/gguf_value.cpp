#include "core/weights/gguf_value.h"

#include <limits>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

namespace patchboard {
namespace {

template <typename Number>
std::optional<GgufValue> widened(std::optional<Number> number) {
  if (!number) {
    return std::nullopt;
  }
  if constexpr (std::is_floating_point_v<Number>) {
    return static_cast<double>(*number);
  } else {
    if (!std::in_range<std::int64_t>(*number)) {
      throw std::range_error(std::to_string(*number) + ", expected a number below 2^63");
    }
    return static_cast<std::int64_t>(*number);
  }
}

std::optional<GgufValue> truth(std::optional<std::uint8_t> byte) {
  if (!byte) {
    return std::nullopt;
  }
  if (*byte > 1) {
    throw std::range_error("a truth value of " + std::to_string(*byte) + ", expected 0 or 1");
  }
  return *byte == 1;
}

}  // namespace

std::uint64_t least_bytes(GgufType type) {
  switch (type) {
    case GgufType::kU8:
    case GgufType::kI8:
    case GgufType::kBool:
      return 1;
    case GgufType::kU16:
    case GgufType::kI16:
      return 2;
    case GgufType::kU32:
    case GgufType::kI32:
    case GgufType::kF32:
      return 4;
    case GgufType::kString:
    case GgufType::kArray:
    case GgufType::kU64:
    case GgufType::kI64:
    case GgufType::kF64:
      break;
  }
  return 8;
}

std::optional<std::string_view> GgufCursor::text(std::uint64_t most) {
  const auto size = number<std::uint64_t>();
  if (!size) {
    return std::nullopt;
  }
  if (*size > most) {
    throw std::range_error("a text of " + std::to_string(*size) + " bytes, expected at most " +
                           std::to_string(most));
  }
  if (*size > bytes_.size() - at_) {
    return std::nullopt;
  }
  const std::string_view text(reinterpret_cast<const char*>(bytes_.data()) + at_,
                              static_cast<std::size_t>(*size));
  at_ += text.size();
  return text;
}

std::optional<GgufValue> GgufCursor::value(GgufType type, std::uint64_t most) {
  switch (type) {
    case GgufType::kU8:
      return widened(number<std::uint8_t>());
    case GgufType::kI8:
      return widened(number<std::int8_t>());
    case GgufType::kU16:
      return widened(number<std::uint16_t>());
    case GgufType::kI16:
      return widened(number<std::int16_t>());
    case GgufType::kU32:
      return widened(number<std::uint32_t>());
    case GgufType::kI32:
      return widened(number<std::int32_t>());
    case GgufType::kF32:
      return widened(number<float>());
    case GgufType::kU64:
      return widened(number<std::uint64_t>());
    case GgufType::kI64:
      return widened(number<std::int64_t>());
    case GgufType::kF64:
      return widened(number<double>());
    case GgufType::kBool:
      return truth(number<std::uint8_t>());
    case GgufType::kString:
    case GgufType::kArray:
      break;
  }
  const auto found = text(most);
  return found ? std::optional<GgufValue>(*found) : std::nullopt;
}

}  // namespace patchboard
