#include "tests/command/bad_input.h"

#include <gtest/gtest.h>

namespace patchboard::testing {

void expect_bad_input(const Arguments& arguments, std::initializer_list<std::string_view> parts) {
  SCOPED_TRACE(::testing::PrintToString(arguments));
  const CommandResult result = run_command(arguments);
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_TRUE(result.err.starts_with("patchboard: ")) << result.err;
  EXPECT_EQ(result.err.find('\n') + 1, result.err.size()) << "not one line: " << result.err;
  for (const std::string_view part : parts) {
    EXPECT_TRUE(result.err.find(part) != std::string::npos)
        << "expected \"" << part << "\" in: " << result.err;
  }
}

}  // namespace patchboard::testing
