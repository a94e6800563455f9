#include "tools/patchboard/heatmap.h"

#include <unistd.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <iomanip>

namespace patchboard {
namespace {

using Rgb = std::array<float, 3>;

constexpr Rgb kNegative = {33, 102, 172};
constexpr Rgb kZero = {247, 247, 247};
constexpr Rgb kPositive = {178, 24, 43};
constexpr int kLabelWidth = 5;

/// share: value / largest magnitude, in [-1, 1].
std::string background(float share) {
  const Rgb& end = share < 0 ? kNegative : kPositive;
  std::string code = "\x1b[48;2";
  for (std::size_t channel = 0; channel < end.size(); ++channel) {
    const float mixed = kZero[channel] + (end[channel] - kZero[channel]) * std::abs(share);
    code += ";" + std::to_string(std::lround(mixed));
  }
  const bool dark = std::abs(share) > 0.55F;
  return code + (dark ? "m\x1b[97m" : "m\x1b[30m");
}

std::string digits(float share) {
  const auto tenths = std::lround(share * 10.0F);
  if (tenths == 0) {
    return "  .";
  }
  const std::string text = (tenths > 0 ? "+" : "-") + std::to_string(std::abs(tenths));
  return std::string(3 - text.size(), ' ') + text;
}

void print_legend(std::ostream& out, float largest) {
  out << "  cells are tenths of " << largest << "; `.` rounds to zero\n";
}

}  // namespace

void print_heatmap(std::ostream& out, const Heatmap& heatmap, bool colour) {
  const Matrix values =
      heatmap.values.unaryExpr([](float value) { return std::isnan(value) ? 0.0F : value; });
  const float largest = values.cwiseAbs().maxCoeff();
  const float scale = largest > 0 ? 1.0F / largest : 0.0F;
  out << heatmap.title << '\n';
  for (Index layer = 0; layer < values.rows(); ++layer) {
    out << std::setw(kLabelWidth) << layer << ' ';
    for (Index position = 0; position < values.cols(); ++position) {
      const float share = values(layer, position) * scale;
      out << (colour ? background(share) : "") << digits(share);
    }
    out << (colour ? "\x1b[0m\n" : "\n");
  }
  out << std::string(kLabelWidth + 1, ' ');
  for (Index position = 0; position < values.cols(); ++position) {
    out << std::setw(3) << position;
  }
  out << '\n';
  print_legend(out, largest);
  for (std::size_t position = 0; position < heatmap.tokens.size(); ++position) {
    out << std::setw(kLabelWidth + 1) << position << ' ' << heatmap.tokens[position] << '\n';
  }
}

bool in_colour() { return isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr; }

}  // namespace patchboard
