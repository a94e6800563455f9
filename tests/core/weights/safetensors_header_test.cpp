#include "core/weights/safetensors_header.h"

#include <gtest/gtest.h>

#include "tests/core/support/expect_error.h"

namespace patchboard {
namespace {

using testing::expect_error;
using Sizes = std::vector<std::uint64_t>;

std::vector<TensorEntry> parse(const std::string& header) {
  return parse_safetensors_header(header, "model.safetensors");
}

void expect_safetensors_refused(const std::string& header,
                                std::initializer_list<std::string_view> parts) {
  expect_error(ErrorCode::kWeights, parts, [&] { parse(header); });
}

/// A header of one tensor `a`.
std::string one(const std::string& dtype, const std::string& shape, const std::string& offsets) {
  return R"({"a": {"dtype": )" + dtype + R"(, "shape": )" + shape + R"(, "data_offsets": )" +
         offsets + "}}";
}

/// Two F32 tensors of one element each.
std::string two(const std::string& offsets_a, const std::string& offsets_b) {
  return R"({"a": {"dtype": "F32", "shape": [1], "data_offsets": )" + offsets_a +
         R"(}, "b": {"dtype": "F32", "shape": [1], "data_offsets": )" + offsets_b + "}}";
}

TEST(SafetensorsHeader, GivesTheEntriesInTheOrderOfTheirBytes) {
  const std::vector<TensorEntry> entries = parse(
      R"({"z": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]},
          "a": {"dtype": "BF16", "shape": [5], "data_offsets": [28, 38]},
          "m": {"dtype": "F16", "shape": [2], "data_offsets": [24, 28]}})");
  ASSERT_EQ(entries.size(), 3U);
  EXPECT_EQ(entries[0].name, "z");
  EXPECT_EQ(entries[0].dtype, DType::kF32);
  EXPECT_EQ(entries[0].shape, (Sizes{2, 3}));
  EXPECT_EQ(entries[1].name, "m");
  EXPECT_EQ(entries[1].dtype, DType::kF16);
  EXPECT_EQ(entries[1].begin, 24U);
  EXPECT_EQ(entries[1].end, 28U);
  EXPECT_EQ(entries[2].name, "a");
  EXPECT_EQ(entries[2].dtype, DType::kBF16);
}

TEST(SafetensorsHeader, AcceptsNoTensorsScalarsAndTensorsWithoutElements) {
  EXPECT_TRUE(parse("{}").empty());
  EXPECT_EQ(parse(one("\"F32\"", "[]", "[0, 4]"))[0].shape, Sizes{});
  EXPECT_EQ(parse(one("\"F16\"", "[7, 0]", "[0, 0]"))[0].end, 0U);
}

TEST(SafetensorsHeader, AcceptsMetadataAndPaddingSpaces) {
  EXPECT_TRUE(parse(R"({"__metadata__": {"format": "pt"}}     )").empty());
}

TEST(SafetensorsHeader, KeepsTheNameOfADtypeThatIsNotRead) {
  const std::vector<TensorEntry> entries = parse(one("\"I8\"", "[3]", "[0, 3]"));
  EXPECT_EQ(entries[0].dtype, DType::kOther);
  EXPECT_EQ(entries[0].dtype_name, "I8");
}

TEST(SafetensorsHeader, IsWrittenAsItIsRead) {
  const std::vector<TensorEntry> entries = {{"a", DType::kF32, "F32", {2, 3}, 0, 24},
                                            {"b", DType::kQ8, "U8", {5}, 24, 29}};
  const std::string head = safetensors_head(entries);
  ASSERT_EQ(head.size() % 8, 0U);
  const std::vector<TensorEntry> read = parse(head.substr(8));
  ASSERT_EQ(read.size(), 2U);
  EXPECT_EQ(read[0].shape, (Sizes{2, 3}));
  EXPECT_EQ(read[1].name, "b");
  EXPECT_EQ(read[1].dtype, DType::kQ8);
  EXPECT_EQ(read[1].end, 29U);
  EXPECT_EQ(std::string(1, head[0]), std::string(1, static_cast<char>(head.size() - 8)));
}

TEST(SafetensorsHeader, RefusesWhatIsNotJson) {
  for (const char* text : {"{", "{\"a\": }", "{} {}", "{'a': 1}", "{\"a\": 01}"}) {
    expect_safetensors_refused(text, {"model.safetensors", "the header: not JSON"});
  }
}

TEST(SafetensorsHeader, RefusesBytesThatAreNotUtf8) {
  expect_safetensors_refused("{\"\xC3\x28\": {}}", {"the header: is not UTF-8 at byte 2"});
  expect_safetensors_refused("{\"a\xFF\": {}}", {"the header: is not UTF-8 at byte 3"});
}

TEST(SafetensorsHeader, RefusesWhatDoesNotBeginWithABrace) {
  for (const char* text : {"", "[]", "null", "5", " {}", "\xEF\xBB\xBF{}", "x"}) {
    expect_safetensors_refused(text, {"the header does not begin with `{`"});
  }
}

TEST(SafetensorsHeader, RefusesANameTwice) {
  expect_safetensors_refused(
      R"({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]},
          "a": {"dtype": "F32", "shape": [1], "data_offsets": [4, 8]}})",
      {"\"a\"", "twice"});
  expect_safetensors_refused(
      R"({"a": {"dtype": "F32", "dtype": "F16", "shape": [], "data_offsets": [0, 4]}})",
      {"\"dtype\"", "twice"});
}

TEST(SafetensorsHeader, RefusesMetadataThatDoesNotMapTextToText) {
  for (const char* metadata : {"[]", "\"pt\"", R"({"format": 1})", R"({"format": {}})"}) {
    expect_safetensors_refused(R"({"__metadata__": )" + std::string(metadata) + "}",
                               {"__metadata__", "expected"});
  }
}

TEST(SafetensorsHeader, RefusesATensorWithoutItsKeys) {
  expect_safetensors_refused(R"({"a": {"shape": [1], "data_offsets": [0, 4]}})",
                             {"`a`", "\"dtype\""});
  expect_safetensors_refused(R"({"a": {"dtype": "F32", "data_offsets": [0, 4]}})",
                             {"`a`", "\"shape\""});
  expect_safetensors_refused(R"({"a": {"dtype": "F32", "shape": [1]}})",
                             {"`a`", "\"data_offsets\""});
  for (const char* value : {"5", "[]", "null", "\"F32\""}) {
    expect_safetensors_refused(R"({"a": )" + std::string(value) + "}",
                               {"`a`: ", "expected an object"});
  }
}

TEST(SafetensorsHeader, RefusesADtypeThatIsNotText) {
  expect_safetensors_refused(one("32", "[1]", "[0, 4]"), {"`a`, \"dtype\": 32, expected a text"});
}

TEST(SafetensorsHeader, RefusesAShapeThatIsNotAListOfWholeNumbers) {
  for (const char* shape : {"4", "\"4\"", "null", "[-1]", "[1.5]", "[\"4\"]", "[[1]]", "{}",
                            "[18446744073709551616]"}) {
    expect_safetensors_refused(one("\"F32\"", shape, "[0, 4]"), {"`a`, \"shape", "whole number"});
  }
}

TEST(SafetensorsHeader, RefusesOffsetsThatAreNotABeginAndAnEnd) {
  for (const char* offsets : {"[]", "[4]", "[0, 4, 8]", "[4, 0]", "[-4, 0]", "[0, 4.0]", "4",
                              "null", "[0, 36893488147419103232]"}) {
    expect_safetensors_refused(one("\"F32\"", "[1]", offsets), {"`a`, \"data_offsets", "expected"});
  }
}

TEST(SafetensorsHeader, RefusesOffsetsThatDoNotMatchShapeAndDtype) {
  expect_safetensors_refused(one("\"F32\"", "[2, 3]", "[0, 12]"),
                             {"`a`", "span 12", "[2, 3]", "needs 24"});
  expect_safetensors_refused(one("\"F16\"", "[2, 3]", "[0, 24]"),
                             {"`a`", "span 24", "F16", "needs 12"});
  expect_safetensors_refused(one("\"BF16\"", "[1]", "[0, 1]"),
                             {"`a`", "span 1 ", "BF16", "needs 2"});
  expect_safetensors_refused(one("\"F32\"", "[0]", "[0, 4]"), {"`a`", "span 4 ", "[0]", "needs 0"});
}

TEST(SafetensorsHeader, RefusesShapesWhoseByteCountOverflows) {
  expect_safetensors_refused(one("\"F32\"", "[4611686018427387904]", "[0, 0]"),
                             {"`a`", "too large"});
  expect_safetensors_refused(one("\"F16\"", "[4294967296, 4294967296, 2]", "[0, 0]"),
                             {"`a`", "too large"});
  expect_safetensors_refused(one("\"F32\"", "[0, 9223372036854775807, 3]", "[0, 4]"),
                             {"`a`", "needs 0"});
}

TEST(SafetensorsHeader, RefusesOffsetsThatOverlap) {
  expect_safetensors_refused(two("[0, 4]", "[2, 6]"),
                             {"`b`", "byte 2", "inside", "expected byte 4"});
  expect_safetensors_refused(two("[0, 4]", "[0, 4]"),
                             {"`b`", "byte 0", "inside", "expected byte 4"});
}

TEST(SafetensorsHeader, RefusesGaps) {
  expect_safetensors_refused(two("[0, 4]", "[8, 12]"), {"`b`", "byte 8", "gap", "expected byte 4"});
  expect_safetensors_refused(two("[4, 8]", "[8, 12]"), {"`a`", "byte 4", "gap", "expected byte 0"});
}

TEST(SafetensorsHeader, RefusesDeepNestingWithoutOverflowingTheStack) {
  const std::string deep = std::string(1'000'000, '[') + std::string(1'000'000, ']');
  expect_safetensors_refused(one("\"F32\"", deep, "[0, 4]"), {"the header", "more than 32 deep"});
  expect_safetensors_refused(R"({"__metadata__": )" + deep + "}", {"more than 32 deep"});
  expect_safetensors_refused(deep, {"the header"});
}

TEST(ShapeText, WritesSizesAsAList) {
  EXPECT_EQ(shape_text({}), "[]");
  EXPECT_EQ(shape_text({7}), "[7]");
  EXPECT_EQ(shape_text({768, 2304}), "[768, 2304]");
}

}  // namespace
}  // namespace patchboard
