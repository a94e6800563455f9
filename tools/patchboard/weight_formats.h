#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <string>

#include "core/math/packed_matrix.h"

namespace patchboard {

/// "f32", "f16", and "q8_0", which was called "q8".
[[nodiscard]] inline const std::map<std::string, WeightFormat>& weight_formats() {
  static const std::map<std::string, WeightFormat> kFormats = {{"f32", WeightFormat::kF32},
                                                               {"f16", WeightFormat::kF16},
                                                               {"q8", WeightFormat::kQ8},
                                                               {"q8_0", WeightFormat::kQ8}};
  return kFormats;
}

/// Turns the name of a format into its number, as CLI11 reads an enumeration.
[[nodiscard]] inline CLI::Validator format_by_name(
    const std::map<std::string, WeightFormat>& formats) {
  return {[formats](std::string& text) {
            const auto found = formats.find(text);
            if (found != formats.end()) {
              text = std::to_string(static_cast<int>(found->second));
              return std::string();
            }
            std::string names;
            for (const auto& [name, format] : formats) {
              names += (names.empty() ? "" : " or ") + name;
            }
            return "\"" + text + "\", expected " + names;
          },
          ""};
}

}  // namespace patchboard
