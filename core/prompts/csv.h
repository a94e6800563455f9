#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace patchboard {

using CsvRow = std::vector<std::string>;

/// Comma-separated values, read strictly: rows end in CRLF or LF, the last one's end may be left
/// out; a field with a comma, a quote or a line break stands in quotes, with quotes in it doubled;
/// every row has as many fields as the first; blank lines at the end are skipped. UTF-8; a byte
/// order mark at the start is skipped. Errors: kExperiment, naming row and column, counted from 1.
/// Source: RFC 4180, section 2.
[[nodiscard]] std::vector<CsvRow> read_csv(std::string_view text);

/// "row 3, column 2", both counted from 0.
[[nodiscard]] std::string csv_place(std::size_t row, std::size_t column);

}  // namespace patchboard
