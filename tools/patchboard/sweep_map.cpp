#include "tools/patchboard/sweep_map.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <string>
#include <utility>
#include <vector>

namespace patchboard {
namespace {

constexpr std::size_t kShown = 3;
constexpr float kLeastShare = 0.05F;  // less is zero in tenths of the largest, a heatmap's
constexpr int kLabelWidth = 5;        // "11.15"

/// What is known of one head.
struct HeadPairs {
  std::vector<Index> strong = {};  // columns, the strongest first
  bool is_known = false;
  Index not_finite = 0;
};

float largest_of(const Heatmap& heatmap) {
  float largest = 0;
  for (Index row = 0; row < heatmap.values.rows(); ++row) {
    for (Index column = 0; column < heatmap.values.cols(); ++column) {
      if (state_of(heatmap, row, column) == CellState::kKnown) {
        largest = std::max(largest, std::abs(heatmap.values(row, column)));
      }
    }
  }
  return largest;
}

HeadPairs pairs_of_head(const Heatmap& heatmap, Index row, float largest) {
  HeadPairs head;
  const auto size = [&](Index column) { return std::abs(heatmap.values(row, column)); };
  for (Index column = 0; column < heatmap.values.cols(); ++column) {
    const CellState state = state_of(heatmap, row, column);
    head.is_known = head.is_known || state == CellState::kKnown;
    head.not_finite += state == CellState::kNotFinite ? 1 : 0;
    if (state == CellState::kKnown && size(column) > 0 && size(column) >= kLeastShare * largest) {
      head.strong.push_back(column);
    }
  }
  std::ranges::sort(head.strong, {},
                    [&](Index column) { return std::pair(-size(column), column); });
  return head;
}

void print_head(std::ostream& out, const Heatmap& heatmap, Index row, const HeadPairs& head,
                Index positions) {
  std::string separator = "  ";
  const auto next = [&]() -> std::ostream& {
    out << separator;
    separator = "; ";
    return out;
  };
  for (std::size_t i = 0; i < std::min(kShown, head.strong.size()); ++i) {
    const Index column = head.strong[i];
    next() << "query " << column / positions << ", key " << column % positions << ": "
           << std::showpos << heatmap.values(row, column) << std::noshowpos;
  }
  if (head.strong.size() > kShown) {
    next() << head.strong.size() - kShown << " more";
  }
  if (head.is_known && head.strong.empty()) {
    next() << '.';
  }
  if (head.not_finite > 0) {
    next() << head.not_finite << " not finite";
  }
  out << '\n';
}

void print_strongest_pairs(std::ostream& out, const Heatmap& heatmap, Index positions) {
  const float largest = largest_of(heatmap);
  bool not_computed = false;
  bool not_finite = false;
  out << heatmap.title << '\n';
  for (Index row = 0; row < heatmap.values.rows(); ++row) {
    const HeadPairs head = pairs_of_head(heatmap, row, largest);
    out << std::setw(kLabelWidth) << heatmap.rows[static_cast<std::size_t>(row)];
    print_head(out, heatmap, row, head, positions);
    not_computed = not_computed || (!head.is_known && head.not_finite == 0);
    not_finite = not_finite || head.not_finite > 0;
  }
  out << "  the " << kShown << " strongest pairs of each head, without those below a twentieth of "
      << largest << ", the largest; `.` has none"
      << (not_computed ? "; a blank was not computed" : "")
      << (not_finite ? "; where it is not finite, the patched run's logits are no numbers" : "")
      << '\n';
  for (std::size_t position = 0; position < heatmap.tokens.size(); ++position) {
    out << std::setw(kLabelWidth + 1) << position << ' ' << heatmap.tokens[position] << '\n';
  }
}

}  // namespace

void print_sweep_map(std::ostream& out, const SweepPlan& plan, const Heatmap& heatmap) {
  if (plan.axes() == SweepPlan::Axes::kHeadQueryKey) {
    print_strongest_pairs(out, heatmap, plan.prompt_length());
  } else {
    print_heatmap(out, heatmap, in_colour());
  }
}

}  // namespace patchboard
