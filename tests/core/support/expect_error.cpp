#include "tests/core/support/expect_error.h"

#include <gtest/gtest.h>

#include <string>

namespace patchboard::testing {

void expect_error(ErrorCode code, std::initializer_list<std::string_view> parts,
                  const std::function<void()>& body) {
  try {
    body();
    ADD_FAILURE() << "no error, expected one with: " << ::testing::PrintToString(parts);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    for (const std::string_view part : parts) {
      EXPECT_TRUE(std::string_view(error.what()).find(part) != std::string_view::npos)
          << "expected \"" << part << "\" in: " << error.what();
    }
  }
}

}  // namespace patchboard::testing
