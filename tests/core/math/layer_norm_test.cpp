#include "core/math/layer_norm.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/core/support/random_model.h"

namespace patchboard {
namespace {

using testing::random_matrix;

constexpr float kEpsilon = 1e-5F;

Vector random_vector(Index size, std::uint32_t seed) { return random_matrix(1, size, seed).row(0); }

void expect_normed(const MatrixView& out, const MatrixView& x, const Vector& gain,
                   const Vector& bias, double eps, double tolerance) {
  for (Index row = 0; row < x.rows(); ++row) {
    const auto values = x.row(row).cast<double>().array();
    const double mean = values.mean();
    const double deviation = std::sqrt((values - mean).square().mean() + eps);
    for (Index i = 0; i < x.cols(); ++i) {
      EXPECT_NEAR(out(row, i), (x(row, i) - mean) / deviation * gain[i] + bias[i], tolerance)
          << "row " << row << ", value " << i;
    }
  }
}

TEST(LayerNorm, EqualsTheFormulaInDouble) {
  ThreadPool pool(2);
  for (const Index width : {1, 2, 7, 64, 129}) {
    const Matrix x = random_matrix(5, width, 1);
    const Vector gain = random_vector(width, 2);
    const Vector bias = random_vector(width, 3);
    Matrix out(5, width);
    layer_norm(pool, x, gain, bias, kEpsilon, out);
    expect_normed(out, x, gain, bias, kEpsilon, 1e-5);
  }
}

TEST(LayerNorm, MayWriteOverItsInput) {
  ThreadPool pool(2);
  const Matrix x = random_matrix(4, 33, 4);
  const Vector gain = random_vector(33, 5);
  const Vector bias = random_vector(33, 6);
  Matrix apart(4, 33);
  layer_norm(pool, x, gain, bias, kEpsilon, apart);
  Matrix in_place = x;
  layer_norm(pool, in_place, gain, bias, kEpsilon, in_place);
  EXPECT_EQ(in_place, apart);
}

TEST(LayerNorm, ReadsAndWritesBlocksOfLargerMatrices) {
  ThreadPool pool(1);
  const Matrix large = random_matrix(6, 40, 7);
  const Vector gain = random_vector(21, 8);
  const Vector bias = random_vector(21, 9);
  Matrix out = Matrix::Constant(6, 40, 3.0F);
  layer_norm(pool, large.block(2, 5, 3, 21), gain, bias, kEpsilon, out.block(1, 4, 3, 21));
  expect_normed(out.block(1, 4, 3, 21), large.block(2, 5, 3, 21), gain, bias, kEpsilon, 1e-5);
  out.block(1, 4, 3, 21).setConstant(3.0F);
  EXPECT_EQ(out, Matrix::Constant(6, 40, 3.0F));
}

TEST(LayerNorm, GivesARowTheSameBitsWhereverItLies) {
  ThreadPool pool(1);
  const Vector gain = random_vector(21, 13);
  const Vector bias = random_vector(21, 14);
  const Vector row = random_vector(21, 15);
  Matrix expected(1, 21);
  layer_norm(pool, Matrix(row), gain, bias, kEpsilon, expected);
  const Matrix rows = row.replicate(8, 1);
  Matrix out(8, 21);
  layer_norm(pool, rows, gain, bias, kEpsilon, out);
  EXPECT_EQ(out, expected.replicate(8, 1));
}

TEST(LayerNorm, KeepsItsPrecisionFarFromZero) {
  ThreadPool pool(1);
  const Matrix x = (random_matrix(3, 64, 10).array() + 1000.0F).matrix();
  Matrix out(3, 64);
  layer_norm(pool, x, Vector::Ones(64), Vector::Zero(64), kEpsilon, out);
  expect_normed(out, x, Vector::Ones(64), Vector::Zero(64), kEpsilon, 1e-3);
}

TEST(LayerNorm, GivesTheBiasForAConstantRow) {
  ThreadPool pool(1);
  const Vector bias = random_vector(16, 11);
  Matrix out(1, 16);
  layer_norm(pool, Matrix::Constant(1, 16, 2.5F), Vector::Ones(16), bias, kEpsilon, out);
  EXPECT_EQ(out.row(0), bias);
}

TEST(LayerNorm, AddsEpsilonToTheVariance) {
  ThreadPool pool(1);
  const Matrix x = random_matrix(2, 32, 12);
  Matrix out(2, 32);
  layer_norm(pool, x, Vector::Ones(32), Vector::Zero(32), 0.5F, out);
  expect_normed(out, x, Vector::Ones(32), Vector::Zero(32), 0.5, 1e-5);
}

}  // namespace
}  // namespace patchboard
