#include "core/input/text_input.h"

#include <gtest/gtest.h>

#include "tests/core/support/expect_error.h"

namespace patchboard {
namespace {

using testing::expect_error;

const InputSource kPairs = {.code = ErrorCode::kExperiment, .name = "pairs.csv"};

TEST(TextInput, TakesUtf8) {
  require_utf8("", kPairs);
  require_utf8("one\ntwo é 🙂", kPairs);
  EXPECT_EQ(without_byte_order_mark("\xEF\xBB\xBFone"), "one");
  EXPECT_EQ(without_byte_order_mark("one"), "one");
}

TEST(TextInput, SaysWhereTextIsNotUtf8) {
  expect_error(ErrorCode::kExperiment, {"pairs.csv", "byte 9, in line 2 (0xE9)"},
               [] { require_utf8("one\ntwo c\xE9", kPairs); });
}

TEST(TextInput, NamesUtf16) {
  using namespace std::string_view_literals;
  for (const std::string_view text : {"\xFF\xFEo\0"sv, "\xFE\xFF\0o"sv, "o\0n\0"sv, "\0o\0n"sv}) {
    expect_error(ErrorCode::kExperiment, {"pairs.csv: is UTF-16, expected UTF-8"},
                 [&] { require_utf8(text, kPairs); });
  }
}

TEST(TextInput, NamesAGitLfsPointer) {
  refuse_lfs_pointer("{\"version\": 1}", kPairs);
  expect_error(ErrorCode::kExperiment, {"pairs.csv", "Git LFS pointer", "git lfs pull"}, [] {
    refuse_lfs_pointer("version https://git-lfs.github.com/spec/v1\noid sha256:4d\nsize 1\n",
                       kPairs);
  });
}

}  // namespace
}  // namespace patchboard
