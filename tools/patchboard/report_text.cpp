#include "tools/patchboard/report_text.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <optional>
#include <string>
#include <vector>

#include "core/math/matrix.h"
#include "tools/patchboard/heatmap.h"

namespace patchboard {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kTokenWidth = 12;
constexpr int kNumberWidth = 10;
constexpr int kDigits = 4;

std::string as_json(const Json& text) { return text.dump(); }

void print_number(std::ostream& out, const Json& value) {
  out << std::setw(kNumberWidth);
  if (value.is_null()) {
    out << "-";
  } else {
    out << value.get<double>();
  }
}

/// "unstated" is no model's name.
std::string column_title(const std::string& column) {
  return column == "unstated" ? "report" : "report " + column;
}

void print_run(std::ostream& out, const std::string& run, const Json& rows) {
  const Json& columns = rows.front().at("report");
  const int width = kNumberWidth + static_cast<int>(columns.size() > 1 ? 4 : 3);
  out << "  " << std::left << std::setw(kTokenWidth) << run << std::right;
  for (const auto& [column, figure] : columns.items()) {
    out << std::setw(width + 2) << column_title(column);
  }
  out << std::setw(kNumberWidth) << "here" << std::setw(kNumberWidth) << "rank";
  out << (columns.size() == 1 ? "  difference" : "") << '\n';
  for (const Json& row : rows) {
    out << "  " << std::left << std::setw(kTokenWidth) << as_json(row.at("token")) << std::right;
    for (const auto& [column, figure] : row.at("report").items()) {
      out << std::setw(width + 2) << figure.get<std::string>();
    }
    print_number(out, row.at("prob"));
    out << std::setw(kNumberWidth) << (row.at("rank").is_null() ? "-" : row.at("rank").dump());
    if (columns.size() == 1 && !row.at("difference").empty()) {
      out << std::showpos << std::setw(kNumberWidth + 2)
          << row.at("difference").front().get<double>() << std::noshowpos;
    }
    out << (row.at("prob").is_null() ? "  not one token of this model's vocabulary\n" : "\n");
  }
}

/// Of one column, over both runs.
void print_largest_difference(std::ostream& out, const Json& item, const std::string& column) {
  std::optional<double> largest;
  for (const char* run : {"clean", "corrupted"}) {
    for (const Json& row : item.at(run)) {
      if (row.at("difference").contains(column)) {
        largest =
            std::max(largest.value_or(0), std::abs(row.at("difference")[column].get<double>()));
      }
    }
  }
  if (!largest) {
    return;  // none of the tokens is one here
  }
  out << "  largest difference from " << column_title(column) << ": " << *largest << '\n';
}

void print_table(std::ostream& out, const Json& item) {
  for (const char* run : {"clean", "corrupted"}) {
    print_run(out, run, item.at(run));
  }
  for (const auto& [column, figure] : item.at("clean").front().at("report").items()) {
    print_largest_difference(out, item, column);
  }
}

Matrix matrix_of(const Json& rows) {
  Matrix matrix(static_cast<Index>(rows.size()), static_cast<Index>(rows.front().size()));
  for (Index row = 0; row < matrix.rows(); ++row) {
    const auto values = rows[static_cast<std::size_t>(row)].get<std::vector<float>>();
    std::ranges::copy(values, matrix.row(row).begin());
  }
  return matrix;
}

/// Differences may be far below 1e-4, so digits count from the first that is not zero.
void print_heatmaps(std::ostream& out, const Json& item, bool colour) {
  out << std::defaultfloat;
  const Json& targets = item.at("targets");
  for (const Json& target : targets) {
    const Json& largest = target.at("largest");
    out << "  " << as_json(target.at("token")) << ": clean " << target.at("clean").get<double>()
        << ", corrupted " << target.at("corrupted").get<double>() << "; largest change "
        << std::showpos << largest.at("value").get<double>() << std::noshowpos << ", in layer "
        << largest.at("layer") << " at position " << largest.at("position") << ", "
        << largest.at("token").get<std::string>() << '\n';
    Heatmap heatmap{.title = "patched - corrupted, layers down, positions across",
                    .values = matrix_of(target.at("difference")),
                    .tokens = {}};
    if (&target == &targets.back()) {  // once for all
      heatmap.tokens = item.at("tokens").get<std::vector<std::string>>();
    }
    print_heatmap(out, heatmap, colour);
  }
}

void print_attempts(std::ostream& out, const Json& item) {
  for (const Json& pair : item.at("pairs")) {
    out << "  " << pair.at("name").get<std::string>() << '\n';
    for (const char* run : {"clean", "corrupted"}) {
      out << "    " << std::left << std::setw(kTokenWidth) << run << std::right;
      for (std::size_t i = 0; i < item.at("targets").size(); ++i) {
        out << as_json(item.at("targets")[i]) << ' ' << pair.at(run)[i].get<double>() << "  ";
      }
      out << "likeliest " << as_json(pair.at(std::string("likeliest_") + run)) << '\n';
    }
  }
}

}  // namespace

void print_report_item(std::ostream& out, const Json& item, bool colour) {
  const std::ios::fmtflags flags = out.flags();
  const std::streamsize precision = out.precision();
  out << std::fixed << std::setprecision(kDigits) << '\n'
      << item.at("label").get<std::string>() << ": " << item.at("title").get<std::string>()
      << "\n  " << item.at("shows").get<std::string>() << '\n';
  for (const Json& sentence : item.value("says", Json::array())) {
    out << "  The report: " << sentence.get<std::string>() << '\n';
  }
  const std::string kind = item.at("kind").get<std::string>();
  if (item.contains("error")) {
    out << "  It cannot be run on this model: " << item.at("error").get<std::string>() << '\n';
  } else if (kind == "table") {
    print_table(out, item);
  } else if (kind == "heatmap") {
    print_heatmaps(out, item, colour);
  } else {
    print_attempts(out, item);
  }
  out.flags(flags);
  out.precision(precision);
}

}  // namespace patchboard
