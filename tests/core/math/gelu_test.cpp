#include "core/math/gelu.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace patchboard {
namespace {

double tanh_gelu(double x) {
  return 0.5 * x * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x)));
}

TEST(Gelu, EqualsTheTanhFormInDouble) {
  constexpr Index kValues = 4001;
  Matrix x(1, kValues);
  x.row(0).setLinSpaced(-10.0F, 10.0F);
  const Matrix before = x;
  ThreadPool pool(2);
  gelu(pool, x);
  for (Index i = 0; i < kValues; ++i) {
    EXPECT_NEAR(x(0, i), tanh_gelu(before(0, i)), 2e-6) << "x = " << before(0, i);
  }
}

TEST(Gelu, SaturatesWithoutOverflow) {
  Matrix x(1, 6);
  x << 1e4F, 1e13F, 3e38F, -1e4F, -1e13F, -3e38F;  // the cube of 1e13 is beyond f32
  Matrix expected(1, 6);
  expected << 1e4F, 1e13F, 3e38F, 0.0F, 0.0F, 0.0F;
  ThreadPool pool(1);
  gelu(pool, x);
  EXPECT_EQ(x, expected);
}

TEST(Gelu, ChangesNothingOutsideItsBlock) {
  Matrix x = Matrix::Constant(5, 9, 1.0F);
  ThreadPool pool(3);
  gelu(pool, x.block(1, 2, 3, 4));
  for (Index row = 0; row < x.rows(); ++row) {
    for (Index col = 0; col < x.cols(); ++col) {
      const bool inside = row >= 1 && row < 4 && col >= 2 && col < 6;
      EXPECT_NEAR(x(row, col), inside ? tanh_gelu(1) : 1.0, 1e-6) << row << ", " << col;
    }
  }
}

}  // namespace
}  // namespace patchboard
