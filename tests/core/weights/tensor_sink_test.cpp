#include "core/weights/tensor_sink.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace patchboard {
namespace {

struct Strip {
  Index first;
  std::vector<float> values;
  bool operator==(const Strip&) const = default;
};

/// What a sink for a tensor of 5 rows of 3 stores when 0 … 14 are written in pieces of this size.
std::vector<Strip> strips_of(Index strip_rows, std::size_t piece) {
  std::vector<Strip> strips;
  TensorSink sink(5, 3, strip_rows, [&](Index first, std::span<const float> rows) {
    strips.push_back({first, {rows.begin(), rows.end()}});
  });
  std::vector<float> values(15);
  std::iota(values.begin(), values.end(), 0.0F);
  for (std::size_t at = 0; at < values.size(); at += piece) {
    sink.write(std::span(values).subspan(at, std::min(piece, values.size() - at)));
  }
  return strips;
}

TEST(TensorSink, StoresStripsOfRowsAndAShorterOneAtTheEnd) {
  const std::vector<Strip> expected = {
      {0, {0, 1, 2, 3, 4, 5}}, {2, {6, 7, 8, 9, 10, 11}}, {4, {12, 13, 14}}};
  for (std::size_t piece = 1; piece <= 15; ++piece) {
    EXPECT_EQ(strips_of(2, piece), expected) << piece;
  }
}

TEST(TensorSink, StoresRowByRowWhereAStripIsARow) {
  EXPECT_EQ(strips_of(1, 4).size(), 5U);
  EXPECT_EQ(strips_of(1, 15)[3], (Strip{3, {9, 10, 11}}));
}

TEST(TensorSink, StoresAllAtOnceWhereAStripHoldsMoreThanTheTensor) {
  EXPECT_EQ(strips_of(32, 7).size(), 1U);
}

}  // namespace
}  // namespace patchboard
