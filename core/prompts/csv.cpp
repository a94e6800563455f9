#include "core/prompts/csv.h"

#include "core/error.h"
#include "core/input/text_input.h"
#include "core/input/utf8.h"

namespace patchboard {
namespace {

class CsvReader {
 public:
  explicit CsvReader(std::string_view text) : rest_(without_byte_order_mark(text)) {}

  std::vector<CsvRow> rows() {
    while (!only_line_ends_are_left()) {
      CsvRow& row = rows_.emplace_back();
      do {
        row.emplace_back();  // so that `refuse` knows the column
        row.back() = rest_.starts_with('"') ? quoted_field() : plain_field();
        if (row.back() != replace_invalid_utf8(row.back())) {
          refuse("is not UTF-8; save the file as UTF-8");
        }
      } while (take(","));
      if (!rest_.empty() && !take("\r\n") && !take("\n")) {
        refuse("a lone carriage return; expected CRLF or LF at the end of a row");
      }
      check_width();
    }
    return std::move(rows_);
  }

 private:
  /// Editors leave blank lines at the end.
  [[nodiscard]] bool only_line_ends_are_left() const {
    return rest_.find_first_not_of("\r\n") == std::string_view::npos;
  }

  bool take(std::string_view start) {
    const bool found = rest_.starts_with(start);
    rest_.remove_prefix(found ? start.size() : 0);
    return found;
  }

  std::string plain_field() {
    const std::string field(rest_.substr(0, rest_.find_first_of(",\r\n")));
    if (field.find('"') != std::string::npos) {
      refuse(
          "a quote in a field that does not begin with one; put the whole field in quotes and "
          "double those in it");
    }
    rest_.remove_prefix(field.size());
    return field;
  }

  std::string quoted_field() {
    std::string field;
    do {
      rest_.remove_prefix(1);  // the quote that begins the field or that was doubled
      const std::size_t end = rest_.find('"');
      if (end == std::string_view::npos) {
        refuse("a quote begins the field and none ends it");
      }
      field += rest_.substr(0, end);
      rest_.remove_prefix(end + 1);
      field += rest_.starts_with('"') ? "\"" : "";
    } while (rest_.starts_with('"'));
    if (!rest_.empty() && rest_.find_first_of(",\r\n") != 0) {
      refuse("text after the quote that ends the field; expected a comma or the end of the row");
    }
    return field;
  }

  void check_width() const {
    const std::size_t fields = rows_.back().size();
    if (fields != rows_.front().size()) {
      refuse("the row ends with " + std::to_string(fields) + (fields == 1 ? " field" : " fields") +
             ", expected " + std::to_string(rows_.front().size()) + " as in the first row");
    }
  }

  [[noreturn]] void refuse(const std::string& what) const {
    throw Error(ErrorCode::kExperiment,
                "CSV, " + csv_place(rows_.size() - 1, rows_.back().size() - 1) + ": " + what);
  }

  std::string_view rest_;
  std::vector<CsvRow> rows_;
};

}  // namespace

std::vector<CsvRow> read_csv(std::string_view text) { return CsvReader(text).rows(); }

std::string csv_place(std::size_t row, std::size_t column) {
  return "row " + std::to_string(row + 1) + ", column " + std::to_string(column + 1);
}

}  // namespace patchboard
