#include "core/weights/quantization.h"

#include <array>
#include <cstdio>

namespace patchboard {
namespace {

/// "8.5": what one number takes, its share of scales and minima included.
std::string bits_a_number(DType dtype) {
  constexpr double kBits = 8;
  const BlockLayout block = block_layout(dtype);
  std::array<char, 16> text{};
  static_cast<void>(std::snprintf(
      text.data(), text.size(), "%.1f",
      kBits * static_cast<double>(block.bytes) / static_cast<double>(block.elements)));
  return text.data();
}

}  // namespace

std::string quantization_name(DType dtype) {
  std::string name(name_of(dtype));
  name.front() = 'q';
  return name;
}

std::string quantization_cost(DType dtype) {
  return "these are " + quantization_name(dtype) + " weights: " + bits_a_number(dtype) +
         " bits a number, rounded from those that the model was trained with, so every value is "
         "the "
         "rounded model's";
}

}  // namespace patchboard
