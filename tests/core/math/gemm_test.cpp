#include "core/math/gemm.h"

#include <gtest/gtest.h>

#include <cmath>

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

// One, small and odd sizes, and both sides of the edges: of kernels (6 or 12 rows), panels (8, 16
// or 32 columns), blocks (256 terms), tiles (252 rows, 128 columns), and of the order for few rows
// (48).
const std::vector<Shape> kShapes = {{1, 1, 1},     {1, 7, 513},    {2, 1, 7},      {5, 257, 31},
                                    {6, 256, 32},  {7, 2, 33},     {11, 127, 129}, {12, 64, 16},
                                    {13, 255, 15}, {48, 300, 128}, {49, 300, 130}, {127, 7, 2},
                                    {253, 513, 9}, {505, 65, 17}};

Vector random_vector(Index size, std::uint32_t seed) { return random_matrix(1, size, seed).row(0); }

/// Expects out = x · w + bias. The tolerance grows with the terms summed.
void expect_product(const MatrixView& out, const MatrixView& x, const Matrix& w,
                    const Vector& bias) {
  constexpr double kTolerance = 2e-6;
  int wrong = 0;
  for (Index m = 0; m < out.rows(); ++m) {
    for (Index n = 0; n < out.cols(); ++n) {
      double sum = bias[n];
      double terms = std::abs(sum);
      for (Index k = 0; k < x.cols(); ++k) {
        const double term = static_cast<double>(x(m, k)) * static_cast<double>(w(k, n));
        sum += term;
        terms += std::abs(term);
      }
      wrong += std::abs(out(m, n) - sum) <= kTolerance * terms ? 0 : 1;
    }
  }
  EXPECT_EQ(wrong, 0) << "of " << out.rows() << " x " << out.cols() << " values, K " << x.cols();
}

TEST(Affine, EqualsATripleLoopInDoubleForEveryFormat) {
  ThreadPool pool(2);
  for (const auto format : {WeightFormat::kF32, WeightFormat::kF16, WeightFormat::kQ8}) {
    for (const auto [M, K, N] : kShapes) {
      const Matrix x = random_matrix(M, K, 1);
      const PackedMatrix w = packed_by_rows(random_matrix(K, N, 2), format);
      const Vector bias = random_vector(N, 3);
      Matrix out(M, N);
      affine(pool, PackedRows(pool, x), w, bias, out);
      expect_product(out, x, unpacked(w), bias);
    }
  }
}

TEST(Affine, WithoutBiasIsTheProduct) {
  ThreadPool pool(1);
  const Matrix x = random_matrix(3, 40, 4);
  const Matrix w = random_matrix(40, 21, 5);
  Matrix out(3, 21);
  affine(pool, PackedRows(pool, x), packed_by_rows(w, WeightFormat::kF32), Vector(), out);
  expect_product(out, x, w, Vector::Zero(21));
}

TEST(Affine, AddsToWhatIsThere) {
  ThreadPool pool(2);
  const PackedRows x(pool, random_matrix(70, 300, 6));
  const PackedMatrix w = packed_by_rows(random_matrix(300, 45, 7), WeightFormat::kF32);
  const Vector bias = random_vector(45, 8);
  const Columns all{.first = 0, .count = 45};
  const Matrix before = random_matrix(70, 45, 9);
  Matrix product(70, 45);
  affine(pool, x, w, bias, product);
  Matrix out = before;
  affine(pool, x, w, all, bias, Output::kAdd, out);
  EXPECT_EQ(out, before + product);
}

TEST(Affine, ComputesSomeColumnsWithTheSameBits) {
  ThreadPool pool(2);
  const PackedRows x(pool, random_matrix(14, 65, 10));
  const PackedMatrix w = packed_by_rows(random_matrix(65, 300, 11), WeightFormat::kF32);
  const Vector bias = random_vector(300, 12);
  Matrix all(14, 300);
  affine(pool, x, w, bias, all);
  for (const Columns columns : {Columns{0, 300}, {1, 1}, {31, 2}, {100, 200}, {7, 150}}) {
    Matrix out(14, columns.count);
    affine(pool, x, w, columns, bias, Output::kAssign, out);
    EXPECT_EQ(out, all.middleCols(columns.first, columns.count)) << columns.first;
  }
}

/// A block in the middle of a larger matrix, with a frame that must stay as it is.
struct Framed {
  Matrix whole;
  Index rows, cols;

  Framed(Index block_rows, Index block_cols)
      : whole(random_matrix(block_rows + 3, block_cols + 5, 6)),
        rows(block_rows),
        cols(block_cols) {}

  auto block() { return whole.block(1, 2, rows, cols); }

  /// The whole with its block set to zero.
  Matrix frame() const {
    Matrix copy = whole;
    copy.block(1, 2, rows, cols).setZero();
    return copy;
  }
};

TEST(Affine, ReadsAndWritesBlocksOfLargerMatrices) {
  ThreadPool pool(2);
  Framed x(130, 33);
  Framed out(130, 515);
  const Matrix frame = out.frame();
  const Matrix w = random_matrix(33, 515, 7);
  const Vector bias = random_vector(515, 8);
  affine(pool, PackedRows(pool, x.block()), packed_by_rows(w, WeightFormat::kF32), bias,
         out.block());
  expect_product(out.block(), x.block(), w, bias);
  EXPECT_EQ(out.frame(), frame);
}

TEST(Affine, GivesARowTheSameBitsWhateverTheOthersAre) {
  ThreadPool pool(1);
  const Matrix x = random_matrix(300, 700, 13);
  const PackedMatrix w = packed_by_rows(random_matrix(700, 140, 14), WeightFormat::kF32);
  const Vector bias = random_vector(140, 15);
  Matrix all(300, 140);
  affine(pool, PackedRows(pool, x), w, bias, all);
  for (const Index count : {1, 2, 5, 6, 7, 13, 47, 49}) {
    Matrix some(count, 140);
    affine(pool, PackedRows(pool, x.middleRows(101, count)), w, bias, some);
    EXPECT_EQ(some, all.middleRows(101, count)) << count;
  }
}

TEST(Affine, GivesTheSameBitsForEveryThreadCount) {
  const Matrix x = random_matrix(300, 65, 10);
  const PackedMatrix w = packed_by_rows(random_matrix(65, 1100, 11), WeightFormat::kQ8);
  const Vector bias = random_vector(1100, 12);
  const auto product = [&](int threads) {
    ThreadPool pool(threads);
    Matrix out(300, 1100);
    affine(pool, PackedRows(pool, x), w, bias, out);
    return out;
  };
  const Matrix expected = product(1);
  EXPECT_EQ(product(2), expected);
  EXPECT_EQ(product(3), expected);
}

}  // namespace
}  // namespace patchboard
