#include "core/math/gemm.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/core/support/random_model.h"

namespace patchboard {
namespace {

using testing::random_matrix;

struct Shape {
  Index M, K, N;
};

// One, small and odd sizes, and both sides of the tiles' edges (128 rows, 512 columns).
const std::vector<Shape> kShapes = {
    {1, 1, 1},       {1, 7, 513},   {2, 1, 7},       {7, 2, 1},       {7, 127, 129}, {127, 7, 2},
    {128, 128, 512}, {129, 513, 7}, {129, 127, 513}, {257, 64, 1025}, {1, 129, 2},   {2, 513, 511}};

Vector random_vector(Index size, std::uint32_t seed) { return random_matrix(1, size, seed).row(0); }

/// Expects out = x · w + bias; w(k, n) gives the elements. The tolerance grows with the terms
/// summed.
template <typename Element>
void expect_product(const MatrixView& out, const MatrixView& x, const Element& w,
                    const Vector& bias) {
  constexpr double kTolerance = 2e-6;
  int wrong = 0;
  for (Index m = 0; m < out.rows(); ++m) {
    for (Index n = 0; n < out.cols(); ++n) {
      double sum = bias[n];
      double terms = std::abs(sum);
      for (Index k = 0; k < x.cols(); ++k) {
        const double term = static_cast<double>(x(m, k)) * w(k, n);
        sum += term;
        terms += std::abs(term);
      }
      wrong += std::abs(out(m, n) - sum) <= kTolerance * terms ? 0 : 1;
    }
  }
  EXPECT_EQ(wrong, 0) << "of " << out.rows() << " x " << out.cols() << " values, K " << x.cols();
}

TEST(Affine, EqualsATripleLoopInDouble) {
  ThreadPool pool(2);
  for (const auto [M, K, N] : kShapes) {
    const Matrix x = random_matrix(M, K, 1);
    const Matrix w = random_matrix(K, N, 2);
    const Vector bias = random_vector(N, 3);
    Matrix out(M, N);
    affine(pool, x, w, bias, out);
    expect_product(out, x, [&](Index k, Index n) { return w(k, n); }, bias);
  }
}

TEST(MultiplyTransposed, EqualsATripleLoopInDouble) {
  ThreadPool pool(2);
  for (const auto [M, K, N] : kShapes) {
    const Matrix x = random_matrix(M, K, 4);
    const Matrix w = random_matrix(N, K, 5);
    Matrix out(M, N);
    multiply_transposed(pool, x, w, out);
    expect_product(out, x, [&](Index k, Index n) { return w(n, k); }, Vector::Zero(N));
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
  affine(pool, x.block(), w, bias, out.block());
  expect_product(out.block(), x.block(), [&](Index k, Index n) { return w(k, n); }, bias);
  EXPECT_EQ(out.frame(), frame);
}

TEST(MultiplyTransposed, ReadsAndWritesBlocksOfLargerMatrices) {
  ThreadPool pool(2);
  Framed x(130, 33);
  Framed out(130, 515);
  const Matrix frame = out.frame();
  const Matrix w = random_matrix(515, 33, 9);
  multiply_transposed(pool, x.block(), w, out.block());
  expect_product(
      out.block(), x.block(), [&](Index k, Index n) { return w(n, k); }, Vector::Zero(515));
  EXPECT_EQ(out.frame(), frame);
}

TEST(Gemm, GivesTheSameBitsForEveryThreadCount) {
  const Matrix x = random_matrix(300, 65, 10);
  const Matrix w = random_matrix(65, 1100, 11);
  const Matrix w_transposed = w.transpose();
  const Vector bias = random_vector(1100, 12);
  const auto both = [&](int threads) {
    ThreadPool pool(threads);
    Matrix out(600, 1100);
    affine(pool, x, w, bias, out.topRows(300));
    multiply_transposed(pool, x, w_transposed, out.bottomRows(300));
    return out;
  };
  const Matrix expected = both(1);
  EXPECT_EQ(both(2), expected);
  EXPECT_EQ(both(3), expected);
}

}  // namespace
}  // namespace patchboard
