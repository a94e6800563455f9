#include "core/math/q8.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "tests/core/support/random_matrix.h"

namespace patchboard {
namespace {

struct Quantized {
  std::vector<float> scales;
  std::vector<std::int8_t> rounded;
};

Quantized down(const Matrix& values) {
  Quantized q8{std::vector<float>(static_cast<std::size_t>(values.cols())),
               std::vector<std::int8_t>(static_cast<std::size_t>(values.size()))};
  quantize_down(values.data(), values.rows(), values.cols(), q8.scales.data(), q8.rounded.data());
  return q8;
}

Quantized along(const Matrix& row) {
  Quantized q8{std::vector<float>(static_cast<std::size_t>(q8_groups(row.size()))),
               std::vector<std::int8_t>(static_cast<std::size_t>(row.size()))};
  quantize_along(row.data(), row.size(), q8.scales.data(), q8.rounded.data());
  return q8;
}

TEST(Q8, RoundsToTheNearestOf255StepsOfAGroup) {
  const Matrix values = testing::random_matrix(31, 5, 1);
  const Quantized q8 = down(values);
  for (Index col = 0; col < values.cols(); ++col) {
    const float scale = q8.scales[static_cast<std::size_t>(col)];
    EXPECT_FLOAT_EQ(scale, values.col(col).cwiseAbs().maxCoeff() / 127.0F);
    for (Index row = 0; row < values.rows(); ++row) {
      const double steps = static_cast<double>(values(row, col)) / static_cast<double>(scale);
      const auto rounded = q8.rounded[static_cast<std::size_t>(row * values.cols() + col)];
      EXPECT_NEAR(steps, rounded, 0.5 + 1e-4);
    }
  }
}

TEST(Q8, IsTheSameDownAColumnAndAlongARow) {
  const Matrix values = testing::random_matrix(32, 3, 2);
  const Quantized columns = down(values);
  for (Index col = 0; col < values.cols(); ++col) {
    const Quantized row = along(values.col(col).transpose());
    EXPECT_EQ(row.scales[0], columns.scales[static_cast<std::size_t>(col)]);
    for (Index k = 0; k < values.rows(); ++k) {
      EXPECT_EQ(row.rounded[static_cast<std::size_t>(k)],
                columns.rounded[static_cast<std::size_t>(k * values.cols() + col)]);
    }
  }
}

TEST(Q8, HasAScaleForEach32AlongARow) {
  Matrix row = Matrix::Constant(1, 70, 1.0F);
  row.rightCols(6).setConstant(-2.0F);
  row(0, 32) = 127.0F;
  const Quantized q8 = along(row);
  EXPECT_EQ(q8.scales, (std::vector<float>{1.0F / 127.0F, 1.0F, 2.0F / 127.0F}));
  EXPECT_EQ(q8.rounded[31], 127);
  EXPECT_EQ(q8.rounded[33], 1);
  EXPECT_EQ(q8.rounded[69], -127);
}

TEST(Q8, KeepsZerosAndTheSmallestNumbersFinite) {
  Matrix values = Matrix::Zero(4, 2);
  values.col(1).setConstant(1e-45F);
  const Quantized q8 = down(values);
  EXPECT_TRUE(std::ranges::all_of(q8.scales, [](float scale) { return std::isfinite(scale); }));
  EXPECT_EQ(q8.rounded, std::vector<std::int8_t>(8, 0));
}

TEST(Q8, HasNoWeightsWhereAScaleHasNoFiniteInverse) {
  Matrix values = Matrix::Constant(2, 1, 1e-38F);
  values(1, 0) = 0;  // times infinity, it would be NaN
  EXPECT_EQ(down(values).rounded, (std::vector<std::int8_t>{0, 0}));
  EXPECT_EQ(along(values.transpose()).rounded, (std::vector<std::int8_t>{0, 0}));
}

TEST(Q8, IsWidenedByTheScales) {
  const Matrix values = testing::random_matrix(7, 40, 3);
  const Quantized columns = down(values);
  Matrix widened(7, 40);
  dequantize_down(columns.scales.data(), columns.rounded.data(), 7, 40, widened.data());
  EXPECT_LE((widened - values).cwiseAbs().maxCoeff(), values.cwiseAbs().maxCoeff() / 253.0F);
  const Matrix row = values.row(2);
  const Quantized groups = along(row);
  Matrix widened_row(1, 40);
  dequantize_along(groups.scales.data(), groups.rounded.data(), 40, widened_row.data());
  EXPECT_LE((widened_row - row).cwiseAbs().maxCoeff(), row.cwiseAbs().maxCoeff() / 253.0F);
}

}  // namespace
}  // namespace patchboard
