#include "core/math/layer_norm.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/core/support/random_matrix.h"

namespace patchboard {
namespace {

using testing::random_matrix;

constexpr float kEpsilon = 1e-5F;

Vector random_vector(Index size, std::uint32_t seed) { return random_matrix(1, size, seed).row(0); }

/// Every row of x.
Matrix normed_rows(const MatrixView& x, const Vector& gain, const Vector& bias, float eps) {
  Matrix out(x.rows(), x.cols());
  for (Index row = 0; row < x.rows(); ++row) {
    layer_norm(row_values(x, row), gain, bias, eps, out.row(row).data());
  }
  return out;
}

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
  for (const Index width : {1, 2, 7, 64, 129}) {
    const Matrix x = random_matrix(5, width, 1);
    const Vector gain = random_vector(width, 2);
    const Vector bias = random_vector(width, 3);
    expect_normed(normed_rows(x, gain, bias, kEpsilon), x, gain, bias, kEpsilon, 1e-5);
  }
}

TEST(LayerNorm, MayWriteOverItsInput) {
  const Matrix x = random_matrix(4, 33, 4);
  const Vector gain = random_vector(33, 5);
  const Vector bias = random_vector(33, 6);
  Matrix in_place = x;
  for (Index row = 0; row < x.rows(); ++row) {
    layer_norm(row_values(in_place, row), gain, bias, kEpsilon, in_place.row(row).data());
  }
  EXPECT_EQ(in_place, normed_rows(x, gain, bias, kEpsilon));
}

TEST(LayerNorm, WritesNothingBeyondItsRow) {
  const Vector row = random_vector(21, 7);
  const Vector gain = random_vector(21, 8);
  const Vector bias = random_vector(21, 9);
  Matrix out = Matrix::Constant(3, 40, 3.0F);
  layer_norm(row_values(row), gain, bias, kEpsilon, out.row(1).data() + 4);
  expect_normed(out.block(1, 4, 1, 21), row, gain, bias, kEpsilon, 1e-5);
  out.block(1, 4, 1, 21).setConstant(3.0F);
  EXPECT_EQ(out, Matrix::Constant(3, 40, 3.0F));
}

TEST(LayerNorm, GivesARowTheSameBitsWhereverItLies) {
  const Vector gain = random_vector(21, 13);
  const Vector bias = random_vector(21, 14);
  const Vector row = random_vector(21, 15);
  const Matrix expected = normed_rows(row, gain, bias, kEpsilon);
  const Matrix out = normed_rows(row.replicate(8, 1), gain, bias, kEpsilon);
  EXPECT_EQ(out, expected.replicate(8, 1));
}

TEST(LayerNorm, KeepsItsPrecisionFarFromZero) {
  const Matrix x = (random_matrix(3, 64, 10).array() + 1000.0F).matrix();
  const Matrix out = normed_rows(x, Vector::Ones(64), Vector::Zero(64), kEpsilon);
  expect_normed(out, x, Vector::Ones(64), Vector::Zero(64), kEpsilon, 1e-3);
}

TEST(LayerNorm, GivesTheBiasForAConstantRow) {
  const Vector bias = random_vector(16, 11);
  const Matrix out = normed_rows(Matrix::Constant(1, 16, 2.5F), Vector::Ones(16), bias, kEpsilon);
  EXPECT_EQ(out.row(0), bias);
}

TEST(LayerNorm, AddsEpsilonToTheVariance) {
  const Matrix x = random_matrix(2, 32, 12);
  const Matrix out = normed_rows(x, Vector::Ones(32), Vector::Zero(32), 0.5F);
  expect_normed(out, x, Vector::Ones(32), Vector::Zero(32), 0.5, 1e-5);
}

/// Σ d_out · layer norm of x, in double.
double plain_sum(const Eigen::RowVectorXd& x, const Vector& gain, double eps, const Vector& d_out) {
  const auto centred = x.array() - x.mean();
  const double scale = 1 / std::sqrt(centred.square().mean() + eps);
  return (centred * scale * gain.cast<double>().array() * d_out.cast<double>().array()).sum();
}

TEST(LayerNormGradient, AddsFiniteDifferencesInDouble) {
  constexpr double kStep = 1e-5;
  for (const Index width : {1, 2, 7, 64, 129}) {
    for (const float eps : {kEpsilon, 0.5F}) {
      const Vector x = random_vector(width, 16);
      const Vector gain = random_vector(width, 17);
      const Vector d_out = random_vector(width, 18);
      const Vector before = random_vector(width, 19);
      Vector d_x = before;
      add_layer_norm_gradient(row_values(x), gain, eps, row_values(d_out), d_x.data());
      for (Index i = 0; i < width; ++i) {
        Eigen::RowVectorXd moved = x.cast<double>();
        moved[i] += kStep;
        const double above = plain_sum(moved, gain, eps, d_out);
        moved[i] -= 2 * kStep;
        const double slope = (above - plain_sum(moved, gain, eps, d_out)) / (2 * kStep);
        EXPECT_NEAR(d_x[i], before[i] + slope, 1e-5) << "width " << width << ", value " << i;
      }
    }
  }
}

}  // namespace
}  // namespace patchboard
