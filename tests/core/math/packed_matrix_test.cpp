#include "core/math/packed_matrix.h"

#include <gtest/gtest.h>

#include <Eigen/Core>
#include <bit>
#include <cmath>
#include <cstdint>

#include "tests/core/support/packed.h"
#include "tests/core/support/random_matrix.h"

namespace patchboard {
namespace {

using testing::packed_by_columns;
using testing::packed_by_rows;
using testing::random_matrix;
using testing::unpacked;

constexpr std::array kFormats = {WeightFormat::kF32, WeightFormat::kF16, WeightFormat::kQ8};

struct Shape {
  Index K, N;
};

// Around the edges of panels (8, 16 or 32 columns) and of groups of scales (32 rows).
const std::vector<Shape> kShapes = {{1, 1}, {31, 7}, {32, 8}, {33, 33}, {64, 16}, {100, 65}};

TEST(PackedMatrix, GivesBackF32) {
  for (const auto [K, N] : kShapes) {
    const Matrix matrix = random_matrix(K, N, 1);
    EXPECT_EQ(unpacked(packed_by_rows(matrix, WeightFormat::kF32)), matrix);
  }
}

TEST(PackedMatrix, RoundsToF16) {
  for (const auto [K, N] : kShapes) {
    const Matrix matrix = random_matrix(K, N, 2);
    const Matrix expected = matrix.cast<Eigen::half>().cast<float>();
    EXPECT_EQ(unpacked(packed_by_rows(matrix, WeightFormat::kF16)), expected);
  }
}

TEST(PackedMatrix, RoundsToA127thOfTheLargestOfEachGroupInQ8) {
  for (const auto [K, N] : kShapes) {
    const Matrix matrix = random_matrix(K, N, 3);
    const Matrix rounded = unpacked(packed_by_rows(matrix, WeightFormat::kQ8));
    for (Index first = 0; first < K; first += 32) {
      const Index count = std::min(Index{32}, K - first);
      for (Index n = 0; n < N; ++n) {
        const auto group = matrix.col(n).segment(first, count);
        const float step = group.cwiseAbs().maxCoeff() / 127.0F;
        const auto error = (rounded.col(n).segment(first, count) - group).cwiseAbs().maxCoeff();
        EXPECT_LE(error, 0.5001F * step) << "group at " << first << ", column " << n;
      }
    }
  }
}

TEST(PackedMatrix, KeepsGroupsOfZerosAndOfTheSmallestNumbersInQ8) {
  Matrix matrix = Matrix::Zero(64, 3);
  matrix.block(32, 1, 32, 1).setConstant(1e-45F);
  const Matrix rounded = unpacked(packed_by_rows(matrix, WeightFormat::kQ8));
  EXPECT_TRUE(rounded.allFinite());
  EXPECT_LE((rounded - matrix).cwiseAbs().maxCoeff(), 1e-44F);
}

TEST(PackedMatrix, IsTheSameSetByRowsAndByColumns) {
  for (const WeightFormat format : kFormats) {
    for (const auto [K, N] : kShapes) {
      const Matrix matrix = random_matrix(K, N, 4);
      EXPECT_EQ(unpacked(packed_by_columns(matrix, format)),
                unpacked(packed_by_rows(matrix, format)));
    }
  }
}

TEST(PackedMatrix, TakesEveryFiniteHalfAsItIs) {
  std::vector<std::int16_t> halves;
  for (int bits = -0x8000; bits < 0x8000; ++bits) {
    if ((bits & 0x7C00) != 0x7C00) {
      halves.push_back(static_cast<std::int16_t>(bits));
    }
  }
  constexpr Index kRows = 124;  // of 512 columns; 31 of 32 exponents are of finite numbers
  const Index cols = static_cast<Index>(halves.size()) / kRows;
  ASSERT_EQ(kRows * cols, static_cast<Index>(halves.size()));
  PackedMatrix by_rows(kRows, cols, WeightFormat::kF16);
  PackedMatrix by_columns(cols, kRows, WeightFormat::kF16);
  PackedMatrix widened(kRows, cols, WeightFormat::kF16);
  std::vector<float> row(static_cast<std::size_t>(cols));
  for (Index k = 0; k < kRows; ++k) {
    const std::span<const std::int16_t> taken(halves.data() + k * cols, row.size());
    by_rows.set_row(k, taken);
    by_columns.set_column(k, taken);
    by_columns.get_column(k, row);
    for (std::size_t n = 0; n < row.size(); ++n) {
      const auto expected = static_cast<float>(Eigen::numext::bit_cast<Eigen::half>(taken[n]));
      ASSERT_EQ(std::bit_cast<std::uint32_t>(row[n]), std::bit_cast<std::uint32_t>(expected));
    }
    widened.set_rows(k, row);
  }
  EXPECT_EQ(unpacked(by_rows), unpacked(widened));
  EXPECT_EQ(unpacked(by_rows), Matrix(unpacked(by_columns).transpose()));
}

TEST(PackedMatrix, PanelsHaveTheSameValuesAsColumnsAndZerosBeyond) {
  constexpr Index kCols = PackedMatrix::kPanelCols;
  for (const WeightFormat format : kFormats) {
    for (const auto [K, N] : kShapes) {
      const PackedMatrix packed = packed_by_rows(random_matrix(K, N, 5), format);
      const Matrix expected = unpacked(packed);
      std::vector<float> room(static_cast<std::size_t>(K * kCols));
      for (Index first = 0; first < K; first += 32) {
        const Index count = K - first;
        for (Index panel = 0; panel * kCols < N; ++panel) {
          const float* values = packed.panel(panel, first, count, room.data());
          for (Index i = 0; i < count * kCols; ++i) {
            const Index n = panel * kCols + i % kCols;
            EXPECT_EQ(values[i], n < N ? expected(first + i / kCols, n) : 0.0F);
          }
        }
      }
    }
  }
}

TEST(PackedMatrix, TakesTheBytesOfItsFormat) {
  const Index K = 1024;
  const Index N = 4096;
  EXPECT_EQ(PackedMatrix(K, N, WeightFormat::kF32).bytes(), 4U * 1024 * 4096);
  EXPECT_EQ(PackedMatrix(K, N, WeightFormat::kF16).bytes(), 2U * 1024 * 4096);
  EXPECT_EQ(PackedMatrix(K, N, WeightFormat::kQ8).bytes(), 1024U * 4096 * 9 / 8);
}

}  // namespace
}  // namespace patchboard
