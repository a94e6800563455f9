#include "core/prompts/csv.h"

#include <gtest/gtest.h>

#include "tests/core/support/expect_error.h"

namespace patchboard {
namespace {

using CsvRows = std::vector<CsvRow>;

void expect_csv_refused(std::string_view text, std::initializer_list<std::string_view> parts) {
  testing::expect_error(ErrorCode::kExperiment, parts, [&] { static_cast<void>(read_csv(text)); });
}

TEST(Csv, ReadsRowsThatEndInCrlfOrInLf) {
  const CsvRows expected = {{"a", "b"}, {"c", "d"}};
  EXPECT_EQ(read_csv("a,b\r\nc,d\r\n"), expected);
  EXPECT_EQ(read_csv("a,b\nc,d\n"), expected);
  EXPECT_EQ(read_csv("a,b\r\nc,d\n"), expected);
}

TEST(Csv, TakesALastRowWithoutAnEnd) { EXPECT_EQ(read_csv("a\nb"), (CsvRows{{"a"}, {"b"}})); }

TEST(Csv, ReadsNothingAsNoRows) { EXPECT_EQ(read_csv(""), CsvRows{}); }

TEST(Csv, KeepsEmptyFieldsAndSpaces) {
  EXPECT_EQ(read_csv(",\n a , b\n"), (CsvRows{{"", ""}, {" a ", " b"}}));
  EXPECT_EQ(read_csv("a\n\nb\n"), (CsvRows{{"a"}, {""}, {"b"}})) << "a column of its own";
}

TEST(Csv, ReadsCommasAndLineBreaksInQuotes) {
  EXPECT_EQ(read_csv("\"a,b\",\"c\r\nd\"\n\"e\nf\",\"\"\n"),
            (CsvRows{{"a,b", "c\r\nd"}, {"e\nf", ""}}));
}

TEST(Csv, ReadsDoubledQuotesAsOne) {
  EXPECT_EQ(read_csv("\"say \"\"no\"\"\",\"\"\"\"\n"), (CsvRows{{"say \"no\"", "\""}}));
}

TEST(Csv, SkipsAByteOrderMark) {
  EXPECT_EQ(read_csv("\xEF\xBB\xBF\"a\",b"), (CsvRows{{"a", "b"}}));
}

TEST(Csv, ReadsUtf8) { EXPECT_EQ(read_csv("é,名"), (CsvRows{{"é", "名"}})); }

TEST(Csv, RefusesTextThatIsNotUtf8) {
  expect_csv_refused("a,b\nc,Andr\xE9\n", {"CSV, row 2, column 2", "not UTF-8", "save the file"});
}

TEST(Csv, RefusesRowsOfAnotherWidth) {
  expect_csv_refused("a,b\nc\n", {"row 2, column 1", "ends with 1 field, expected 2"});
  expect_csv_refused("a,b\nc,d\ne,f,g\n", {"row 3, column 3", "ends with 3 fields, expected 2"});
  expect_csv_refused("a,b\n\nc,d\n", {"row 2, column 1", "1 field, expected 2"});
}

TEST(Csv, RefusesAQuoteInAFieldWithoutQuotes) {
  expect_csv_refused("a,b\nc,6\" disk\n", {"row 2, column 2", "a quote in a field", "double"});
}

TEST(Csv, RefusesAQuoteThatDoesNotEnd) {
  expect_csv_refused("a,\"b\nc,d\n", {"row 1, column 2", "none ends it"});
  expect_csv_refused("\"", {"row 1, column 1", "none ends it"});
  expect_csv_refused("\"\"\"", {"none ends it"});
}

TEST(Csv, RefusesTextAfterQuotes) {
  expect_csv_refused("\"a\" ,b\n", {"row 1, column 1", "text after the quote"});
  expect_csv_refused("\"a\"b\n", {"text after the quote"});
}

TEST(Csv, RefusesALoneCarriageReturn) {
  expect_csv_refused("a,b\rc,d\r", {"row 1, column 2", "lone carriage return", "CRLF or LF"});
  expect_csv_refused("\"a\"\r", {"lone carriage return"});
}

}  // namespace
}  // namespace patchboard
