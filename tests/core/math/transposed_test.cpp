#include "core/math/transposed.h"

#include <gtest/gtest.h>

#include "core/math/gemm.h"
#include "tests/core/support/packed.h"
#include "tests/core/support/random_matrix.h"

namespace patchboard {
namespace {

using testing::packed_by_rows;
using testing::random_matrix;
using testing::unpacked;

struct Shape {
  Index M, K, N;
};

// One, small and odd sizes, and both sides of the edges: of panels (8, 16 or 32 columns), groups of
// scales (32 rows), blocks (256 terms) and tiles (252 rows, 128 columns).
const std::vector<Shape> kShapes = {{1, 1, 1},    {2, 7, 513},    {3, 31, 33},
                                    {5, 257, 31}, {6, 256, 32},   {11, 129, 65},
                                    {12, 8, 256}, {49, 130, 300}, {253, 9, 40}};

TEST(Transposed, MultipliesWithTheBitsOfATransposedCopyForEveryFormat) {
  ThreadPool pool(2);
  for (const auto format : {WeightFormat::kF32, WeightFormat::kF16, WeightFormat::kQ8}) {
    for (const auto [M, K, N] : kShapes) {
      const PackedRows x(pool, random_matrix(M, N, 1));
      const PackedMatrix w = packed_by_rows(random_matrix(K, N, 2), format);
      const Matrix copy = unpacked(w).transpose();
      Matrix expected(M, K);
      affine(pool, x, packed_by_rows(copy, WeightFormat::kF32), Vector(), expected);
      Matrix out(M, K);
      multiply(pool, x, Transposed(w), out);
      EXPECT_EQ(out, expected) << M << " rows, w " << K << " x " << N;
    }
  }
}

TEST(Transposed, HasZerosBeyondTheMatrix) {
  const Matrix matrix = random_matrix(3, 5, 3);
  const PackedMatrix packed = packed_by_rows(matrix, WeightFormat::kF32);
  constexpr Index kCols = Transposed::kPanelCols;
  Matrix room = Matrix::Constant(kCols, kCols, 7.0F);
  const float* panel = Transposed(packed).panel(0, 0, 5, room.data());
  for (Index row = 0; row < 5; ++row) {
    for (Index col = 0; col < kCols; ++col) {
      EXPECT_EQ(panel[row * kCols + col], col < 3 ? matrix(col, row) : 0.0F);
    }
  }
}

TEST(Transposed, GivesTheSameBitsForEveryThreadCount) {
  const PackedMatrix w = packed_by_rows(random_matrix(300, 520, 4), WeightFormat::kF16);
  const Matrix rows = random_matrix(20, 520, 5);
  Matrix expected(20, 300);
  ThreadPool one(1);
  multiply(one, PackedRows(one, rows), Transposed(w), expected);
  for (const int threads : {2, 3}) {
    ThreadPool pool(threads);
    Matrix out(20, 300);
    multiply(pool, PackedRows(pool, rows), Transposed(w), out);
    EXPECT_EQ(out, expected) << threads << " threads";
  }
}

}  // namespace
}  // namespace patchboard
