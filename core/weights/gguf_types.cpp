#include "core/weights/gguf_types.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace patchboard {
namespace {

/// Empty where a number is no longer given.
constexpr std::array<std::string_view, 43> kNames = {
    "F32",     "F16",   "Q4_0",   "Q4_1",  "",      "",       "Q5_0", "Q5_1",    "Q8_0",
    "Q8_1",    "Q2_K",  "Q3_K",   "Q4_K",  "Q5_K",  "Q6_K",   "Q8_K", "IQ2_XXS", "IQ2_XS",
    "IQ3_XXS", "IQ1_S", "IQ4_NL", "IQ3_S", "IQ2_S", "IQ4_XS", "I8",   "I16",     "I32",
    "I64",     "F64",   "IQ1_M",  "BF16",  "",      "",       "",     "TQ1_0",   "TQ2_0",
    "",        "",      "",       "MXFP4", "NVFP4", "Q1_0",   "Q2_0"};

}  // namespace

std::string gguf_type_name(std::uint32_t type) {
  const bool is_known = type < kNames.size() && !kNames[type].empty();
  return is_known ? std::string(kNames[type]) : "type " + std::to_string(type);
}

std::uint32_t gguf_type(DType dtype) {
  return static_cast<std::uint32_t>(std::ranges::find(kNames, name_of(dtype)) - kNames.begin());
}

}  // namespace patchboard
