#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <string>

#include "core/math/packed_matrix.h"

namespace patchboard {

[[nodiscard]] inline const std::map<std::string, WeightFormat>& weight_formats() {
  static const std::map<std::string, WeightFormat> kFormats = {
      {"f32", WeightFormat::kF32}, {"f16", WeightFormat::kF16}, {"q8_0", WeightFormat::kQ8}};
  return kFormats;
}

/// Turns the name of a format into what `as` makes of it; "q8", as q8_0 was called, is read on.
template <typename As>
[[nodiscard]] CLI::Validator format_name(As as) {
  return {[as](std::string& text) {
            const auto found = weight_formats().find(text == "q8" ? "q8_0" : text);
            if (found != weight_formats().end()) {
              text = as(*found);
              return std::string();
            }
            std::string names;
            for (const auto& [name, format] : weight_formats()) {
              names += (names.empty() ? "" : " or ") + name;
            }
            return "\"" + text + "\", expected " + names;
          },
          ""};
}

/// Into its number, as CLI11 reads an enumeration.
[[nodiscard]] inline CLI::Validator format_by_name() {
  return format_name(
      [](const auto& named) { return std::to_string(static_cast<int>(named.second)); });
}

/// Into the name that it has now.
[[nodiscard]] inline CLI::Validator format_name_now() {
  return format_name([](const auto& named) { return named.first; });
}

}  // namespace patchboard
