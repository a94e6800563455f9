#include "core/input/input_value.h"

#include <gtest/gtest.h>

#include "core/math/matrix.h"
#include "tests/core/support/expect_error.h"

namespace patchboard {
namespace {

using testing::expect_error;
using Parts = std::initializer_list<std::string_view>;

InputValue parse(const std::string& text) {
  return InputValue::parse(text, {.code = ErrorCode::kExperiment, .name = "experiment"});
}

void expect_whole_refused(const std::string& number, Index most, Parts parts) {
  expect_error(ErrorCode::kExperiment, parts,
               [&] { static_cast<void>(parse(number).whole<Index>(0, most)); });
}

TEST(InputValue, GivesWholeNumbersWithinTheirRange) {
  EXPECT_EQ(parse("0").whole<Index>(0, 9), 0);
  EXPECT_EQ(parse("9").whole<Index>(0, 9), 9);
  EXPECT_EQ(parse("-0").whole<Index>(0, 9), 0);
  EXPECT_EQ(parse("-3").whole<Index>(-3, 9), -3);
  EXPECT_EQ(parse("4294967295").whole<std::uint32_t>(0, UINT32_MAX), UINT32_MAX);
  EXPECT_EQ(parse("9007199254740993").whole<std::int64_t>(0, INT64_MAX), 9007199254740993);
}

// Each of these is within the range once it is cut to 32 bits.
TEST(InputValue, NarrowsNoNumberBeforeItIsChecked) {
  expect_whole_refused("4294967296", 9, {"4294967296", "from 0 to 9"});
  expect_whole_refused("4294967297", 9, {"4294967297"});
  expect_whole_refused("-4294967295", 9, {"-4294967295"});
  expect_whole_refused("9007199254740992", 9, {"9007199254740992"});
  expect_whole_refused("9223372036854775808", 9, {"9223372036854775808"});
  expect_whole_refused("18446744073709551616", 9, {"18446744073709551616"});
  expect_whole_refused("36893488147419103233", 9, {"36893488147419103233"});
  expect_error(ErrorCode::kExperiment, {"4294967296", "from 0 to 2147483647"},
               [] { static_cast<void>(parse("4294967296").whole<TokenId>(0, INT32_MAX)); });
  expect_error(ErrorCode::kExperiment, {"[1]", "4294967297", "from 0 to 2147483647"},
               [] { static_cast<void>(parse("[3, 4294967297]").ids(INT32_MAX)); });
}

TEST(InputValue, RefusesWholeNumbersThatAreWrittenOtherwise) {
  for (const char* number : {"1e0", "1.0", "1.5", "-1", "\"1\"", "true", "null", "[1]"}) {
    expect_whole_refused(number, 9, {number, "expected a whole number from 0 to 9"});
  }
}

TEST(InputValue, GivesNumbersThatTheirTypeHolds) {
  EXPECT_EQ(parse("2.5").number(), 2.5);
  EXPECT_EQ(parse("1e3").number(), 1000);
  EXPECT_EQ(parse("18446744073709551615").number(), 18446744073709551615.0);
  EXPECT_EQ(parse("3").number_f32({.least = 0}), 3.0F);
  const auto refused = [](const std::string& text, const NumberRange& range, Parts parts) {
    expect_error(ErrorCode::kExperiment, parts,
                 [&] { static_cast<void>(parse(text).number_f32(range)); });
  };
  refused("0", {.least = 0, .above_least = true}, {"0, expected a number above 0"});
  refused("1e-50", {.least = 0, .above_least = true}, {"1e-50"});
  refused("1e39", {}, {"1e39", "3.4028234663852886e+38"});
  refused("\"3\"", {}, {"\"3\"", "a number"});
  refused("null", {}, {"null"});
}

TEST(InputValue, NamesThePlaceWhatWasFoundAndWhatIsExpected) {
  const InputValue value = parse(R"({"corruption": {"positions": [1, [2, "x"]]}})");
  const InputValue list = value.at("corruption").at("positions").list()[1];
  EXPECT_EQ(list.list()[1].place(), "corruption.positions[1][1]");
  expect_error(
      ErrorCode::kExperiment,
      {"experiment, \"corruption.positions[1][1]\": \"x\", expected a whole number from 0 to 9"},
      [&] { static_cast<void>(list.list()[1].whole<Index>(0, 9)); });
  expect_error(ErrorCode::kExperiment, {"pair 3, \"[1]\": \"x\", expected a number"},
               [&] { static_cast<void>(list.named("pair 3").list()[1].number()); });
}

TEST(InputValue, RefusesKeysThatMeanNothingAndMissingOnes) {
  const InputValue value = parse(R"({"a": 1, "b": {"c": null}})");
  EXPECT_TRUE(value.at("b").find("c")->is_null());
  EXPECT_FALSE(value.find("c"));
  value.require_keys({"a", "b"});
  expect_error(ErrorCode::kExperiment, {"has \"b\", which means nothing here; expected a, d"},
               [&] { value.require_keys({"a", "d"}); });
  expect_error(ErrorCode::kExperiment, {"experiment, \"b\": has no \"d\""},
               [&] { static_cast<void>(value.at("b").at("d")); });
  expect_error(ErrorCode::kExperiment, {"\"a\": 1, expected an object"},
               [&] { static_cast<void>(value.at("a").find("d")); });
}

TEST(InputValue, ReadsNamesListsAndTruth) {
  EXPECT_EQ(parse("\"b\"").name_of({"a", "b"}), 1U);
  EXPECT_TRUE(parse("true").truth());
  expect_error(ErrorCode::kExperiment, {"\"c\", expected one of a, b"},
               [] { static_cast<void>(parse("\"c\"").name_of({"a", "b"})); });
  expect_error(ErrorCode::kExperiment, {"1, expected true or false"},
               [] { static_cast<void>(parse("1").truth()); });
  expect_error(ErrorCode::kExperiment, {"[], expected a list of sites, 1 at least"},
               [] { static_cast<void>(parse("[]").list(1, "sites")); });
  expect_error(ErrorCode::kExperiment, {"5, expected a text"},
               [] { static_cast<void>(parse("5").text()); });
}

}  // namespace
}  // namespace patchboard
