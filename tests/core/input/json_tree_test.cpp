#include "core/input/json_tree.h"

#include <gtest/gtest.h>

#include "core/input/utf8.h"
#include "tests/core/support/expect_error.h"

namespace patchboard {
namespace {

using testing::expect_error;
using Parts = std::initializer_list<std::string_view>;

const InputSource kSource = {.code = ErrorCode::kConfig, .name = "config.json"};

void expect_tree_refused(std::string_view text, Parts parts) {
  expect_error(ErrorCode::kConfig, parts,
               [&] { static_cast<void>(parse_json_tree(text, kSource)); });
}

std::string shown(std::string_view text) { return shown_json(parse_json_tree(text, kSource)); }

std::string repeated(std::string_view part, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) {
    text += part;
  }
  return text;
}

TEST(JsonTree, KeepsEveryKindOfValueAndItsOrder) {
  const std::string text = R"({"b":[1,-2,2.50,1e3,18446744073709551615],"a":[null,"é"]})";
  EXPECT_EQ(shown(text), text);
  EXPECT_EQ(shown("\xEF\xBB\xBF[1]"), "[1]");
}

// A few kilobytes of brackets overflow the stack of whoever recurses over them.
TEST(JsonTree, RefusesWhatIsNestedTooDeep) {
  EXPECT_EQ(shown(repeated("[", 32) + repeated("]", 32)),
            repeated("[", 32) + repeated("]", 28) + "…");
  expect_tree_refused(repeated("[", 33) + repeated("]", 33), {"config.json", "more than 32 deep"});
  expect_tree_refused(repeated("[", 200'000), {"more than 32 deep"});
  expect_tree_refused(repeated("{\"a\":", 200'000), {"more than 32 deep"});
}

TEST(JsonTree, RefusesAKeyThatIsThereTwice) {
  expect_tree_refused(R"({"a": 1, "b": 2, "a": 3})", {"\"a\" is there twice"});
  expect_tree_refused(R"([{"x": {"\u0061": 1, "a": 3}}])", {"\"a\" is there twice"});
  EXPECT_EQ(shown(R"([{"a":1},{"a":2}])"), R"([{"a":1},{"a":2}])");
}

TEST(JsonTree, SaysWhereItIsNoJson) {
  expect_tree_refused("", {"config.json: not JSON", "line 1"});
  expect_tree_refused("{\n  \"a\": NaN}", {"not JSON", "line 2"});
  expect_tree_refused("[1,]", {"not JSON", "line 1, column 4"});
  expect_tree_refused("[01]", {"not JSON"});
  expect_tree_refused("[1e999]", {"not JSON", "1e999"});
  expect_tree_refused("[1] [2]", {"not JSON"});
  expect_tree_refused(R"(["\ud800"])", {"not JSON"});
}

TEST(JsonTree, RefusesTextThatIsNotUtf8InPlainLetters) {
  expect_tree_refused("{\"a\": \"caf\xE9\"}", {"not UTF-8 at byte 10, in line 1 (0xE9)"});
  expect_tree_refused(std::string_view("\xFF\xFE{\0", 4), {"is UTF-16"});
  try {
    static_cast<void>(parse_json_tree("[\xC3\xA9]", kSource));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(replace_invalid_utf8(error.what()), error.what());
  }
}

TEST(JsonTree, ShowsLongValuesShortened) {
  const std::string ones = shown("[" + repeated("1,", 100'000) + "1]");
  EXPECT_LE(ones.size(), 70U);
  EXPECT_TRUE(ones.ends_with("…"));
  const std::string letters = shown("\"" + repeated("é", 100'000) + "\"");
  EXPECT_LE(letters.size(), 70U);
  EXPECT_EQ(replace_invalid_utf8(letters), letters);
}

}  // namespace
}  // namespace patchboard
