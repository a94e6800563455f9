#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace patchboard::testing {

using Arguments = std::vector<std::string>;
using Keys = std::vector<std::string>;

struct CommandResult {
  int exit_code = 0;  ///< 128 + the signal's number where one ended it
  std::string out;
  std::string err;
};

/// Runs the built `patchboard` to its end, with no terminal.
CommandResult run_command(const Arguments& arguments);

/// Runs it with --json, expects success and no other output, and parses it.
nlohmann::json run_json(Arguments arguments);

/// The names of an object's members, sorted.
Keys keys_of(const nlohmann::json& object);

}  // namespace patchboard::testing
