#include "tools/patchboard/heatmap.h"

#include <unistd.h>

#include <algorithm>
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
constexpr std::size_t kLabelWidth = 5;  // at least

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

/// In characters of UTF-8.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }));
}

std::string right_aligned(const std::string& text, std::size_t width) {
  return std::string(width - std::min(width, width_of(text)), ' ') + text;
}

std::vector<std::string> row_labels(const Heatmap& heatmap) {
  std::vector<std::string> labels = heatmap.rows;
  for (Index row = std::ssize(labels); row < heatmap.values.rows(); ++row) {
    labels.push_back(std::to_string(row));
  }
  return labels;
}

/// What is in a heatmap, for its scale and its legend.
struct Contents {
  float largest = 0;
  bool known = false;
  bool not_computed = false;
  bool not_finite = false;
};

Contents contents_of(const Heatmap& heatmap) {
  Contents contents;
  for (Index row = 0; row < heatmap.values.rows(); ++row) {
    for (Index column = 0; column < heatmap.values.cols(); ++column) {
      switch (state_of(heatmap, row, column)) {
        case CellState::kKnown:
          contents.known = true;
          contents.largest = std::max(contents.largest, std::abs(heatmap.values(row, column)));
          break;
        case CellState::kNotComputed:
          contents.not_computed = true;
          break;
        case CellState::kNotFinite:
          contents.not_finite = true;
          break;
      }
    }
  }
  return contents;
}

void print_legend(std::ostream& out, const Contents& contents) {
  std::string separator = "  ";
  const auto say = [&](const std::string& text) {
    out << separator << text;
    separator = "; ";
  };
  if (contents.known) {
    out << "  cells are tenths of " << contents.largest;
    separator = "; ";
    say("`.` rounds to zero");
  }
  if (contents.not_computed) {
    say("a blank was not computed");
  }
  if (contents.not_finite) {
    say("`!` is not finite: the patched run's logits are no numbers");
  }
  out << '\n';
}

void print_cell(std::ostream& out, CellState state, float share, bool colour) {
  if (state == CellState::kKnown) {
    out << (colour ? background(share) : "") << digits(share);
  } else {
    out << (colour ? "\x1b[0m" : "") << (state == CellState::kNotFinite ? "  !" : "   ");
  }
}

}  // namespace

CellState state_of(const Heatmap& heatmap, Index row, Index column) {
  const auto at = static_cast<std::size_t>(row * heatmap.values.cols() + column);
  const float value = heatmap.values(row, column);
  if (std::isinf(value) || (!heatmap.not_finite.empty() && heatmap.not_finite[at] != 0)) {
    return CellState::kNotFinite;
  }
  return std::isnan(value) ? CellState::kNotComputed : CellState::kKnown;
}

void print_heatmap(std::ostream& out, const Heatmap& heatmap, bool colour) {
  const Matrix& values = heatmap.values;
  const Contents contents = contents_of(heatmap);
  const auto share = [&](float value) {
    return contents.largest > 0 ? value / contents.largest : 0.0F;
  };
  const std::vector<std::string> labels = row_labels(heatmap);
  std::size_t width = kLabelWidth;
  for (const std::string& label : labels) {
    width = std::max(width, width_of(label));
  }
  out << heatmap.title << '\n';
  for (Index row = 0; row < values.rows(); ++row) {
    out << right_aligned(labels[static_cast<std::size_t>(row)], width) << ' ';
    for (Index column = 0; column < values.cols(); ++column) {
      print_cell(out, state_of(heatmap, row, column), share(values(row, column)), colour);
    }
    out << (colour ? "\x1b[0m\n" : "\n");
  }
  out << std::string(width + 1, ' ');
  for (Index column = 0; column < values.cols(); ++column) {
    out << std::setw(3) << column;
  }
  out << '\n';
  print_legend(out, contents);
  for (std::size_t column = 0; column < heatmap.tokens.size(); ++column) {
    out << right_aligned(std::to_string(column), width + 1) << ' ' << heatmap.tokens[column]
        << '\n';
  }
}

bool in_colour() { return isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr; }

}  // namespace patchboard
