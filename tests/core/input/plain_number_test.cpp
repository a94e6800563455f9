#include "core/input/plain_number.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/math/matrix.h"
#include "tests/core/support/expect_error.h"

namespace patchboard {
namespace {

using testing::expect_error;

const InputSource kSeed = {.code = ErrorCode::kExperiment, .name = "--seed"};

TEST(PlainNumber, ReadsWholeNumbersInDigits) {
  EXPECT_EQ(read_whole<Index>("0", kSeed, 0, 9), 0);
  EXPECT_EQ(read_whole<Index>("-4", kSeed, -9, 9), -4);
  EXPECT_EQ(read_whole<std::uint32_t>("4294967295", kSeed, 0, UINT32_MAX), UINT32_MAX);
}

TEST(PlainNumber, RefusesWhatIsNoWholeNumberOrOutOfRange) {
  for (const char* text : {"", " 1", "1 ", "+1", "0x1", "01", "1e0", "1.0", "one", "--1", "-",
                           "4294967297", "99999999999999999999", "-1"}) {
    expect_error(ErrorCode::kExperiment, {"--seed", text, "expected a whole number from 0 to 9"},
                 [&] { static_cast<void>(read_whole<Index>(text, kSeed, 0, 9)); });
  }
}

TEST(PlainNumber, ReadsListsWithoutHoles) {
  EXPECT_EQ(read_wholes<Index>("1,2,3", kSeed, 0, 9), (std::vector<Index>{1, 2, 3}));
  for (const char* text : {"", "1,,2", ",1", "1,", "1, 2", "1;2"}) {
    expect_error(ErrorCode::kExperiment, {"--seed", "expected a whole number"},
                 [&] { static_cast<void>(read_wholes<Index>(text, kSeed, 0, 9)); });
  }
}

TEST(PlainNumber, ReadsNumbersAsJsonWritesThem) {
  const NumberRange above{.least = 0, .above_least = true};
  EXPECT_EQ(read_number("2.5", kSeed, above), 2.5);
  EXPECT_EQ(read_number("1e-3", kSeed, above), 1e-3);
  EXPECT_EQ(read_number("-1E+2", kSeed), -100);
  for (const char* text : {"", "0", "-1", "inf", "nan", "0x1", ".5", "5.", "1e", "1e999", "1 "}) {
    expect_error(ErrorCode::kExperiment, {"--seed", text, "expected a number above 0"},
                 [&] { static_cast<void>(read_number(text, kSeed, above)); });
  }
}

// As JavaScript has them; what it cuts to 32 bits by itself would pass.
TEST(PlainNumber, ChecksDoublesBeforeTheyBecomeWhole) {
  EXPECT_EQ(whole_of<Index>(7.0, kSeed, 0, 9), 7);
  EXPECT_EQ(whole_of<Index>(-0.0, kSeed, 0, 9), 0);
  for (const double value :
       {4294967296.0, -1.0, 1.5, 9007199254740994.0, 1e300, HUGE_VAL, std::nan("")}) {
    expect_error(ErrorCode::kExperiment, {"--seed", "expected a whole number from 0 to 9"},
                 [&] { static_cast<void>(whole_of<Index>(value, kSeed, 0, 9)); });
  }
}

TEST(PlainNumber, SaysWhatARangeIs) {
  EXPECT_EQ(whole_range_text(0, 9), "a whole number from 0 to 9");
  EXPECT_EQ(whole_range_text(INT64_MIN, INT64_MAX), "a whole number in digits");
  EXPECT_EQ(NumberRange().text(), "a number");
  EXPECT_EQ((NumberRange{.least = 0, .above_least = true}.text()), "a number above 0");
  EXPECT_EQ((NumberRange{.least = 0, .most = 1, .above_least = true}.text()),
            "a number above 0, up to 1");
  EXPECT_EQ((NumberRange{.least = 0.5, .most = 1}.text()), "a number from 0.5 to 1");
  EXPECT_EQ((NumberRange{.least = 2}.text()), "a number from 2 on");
}

}  // namespace
}  // namespace patchboard
