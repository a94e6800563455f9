#pragma once

#include <map>
#include <string>

#include "core/math/packed_matrix.h"

namespace patchboard {

/// "f32", "f16" and "q8".
[[nodiscard]] inline const std::map<std::string, WeightFormat>& weight_formats() {
  static const std::map<std::string, WeightFormat> kFormats = {
      {"f32", WeightFormat::kF32}, {"f16", WeightFormat::kF16}, {"q8", WeightFormat::kQ8}};
  return kFormats;
}

}  // namespace patchboard
