#pragma once

#include <CLI/CLI.hpp>
#include <concepts>
#include <string>
#include <utility>
#include <vector>

#include "core/input/plain_number.h"

namespace patchboard {

/// Options with numbers. CLI11's own conversion takes "010" for 8, "1,,2" for 1,2 and an empty
/// text for 0; these go through core/input, which takes digits alone and names the range.
/// Errors, when arguments are read: kState, naming the option.
/// @{

/// value: of the type T, or optional.
template <std::integral T, typename Value>
CLI::Option* add_whole(CLI::App& command, const std::string& name, Value& value,
                       const std::string& about, T least, T most) {
  return command
      .add_option_function<std::string>(
          name,
          [name, &value, least, most](const std::string& text) {
            value = read_whole<T>(text, {.code = ErrorCode::kState, .name = name}, least, most);
          },
          about)
      ->type_name("N");
}

/// "1,2,3", or the option again, or "1 2 3".
template <std::integral T>
CLI::Option* add_wholes(CLI::App& command, const std::string& name, std::vector<T>& values,
                        const std::string& about, T least, T most) {
  return command
      .add_option_function<std::vector<std::string>>(
          name,
          [name, &values, least, most](const std::vector<std::string>& texts) {
            values.clear();
            for (const std::string& text : texts) {
              const std::vector<T> more =
                  read_wholes<T>(text, {.code = ErrorCode::kState, .name = name}, least, most);
              values.insert(values.end(), more.begin(), more.end());
            }
          },
          about)
      ->type_name("N,...");
}

/// value: a double, or an optional one.
template <typename Value>
CLI::Option* add_number(CLI::App& command, const std::string& name, Value& value,
                        const std::string& about, const NumberRange& range) {
  return command
      .add_option_function<std::string>(
          name,
          [name, &value, range](const std::string& text) {
            value = read_number(text, {.code = ErrorCode::kState, .name = name}, range);
          },
          about)
      ->type_name("NUMBER");
}

/// @}

}  // namespace patchboard
