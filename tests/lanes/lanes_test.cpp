// Which kernel this program tests.

#include <gtest/gtest.h>

#include "core/math/simd.h"

namespace patchboard {
namespace {

TEST(Lanes, AreThoseOfAvx2) {
  EXPECT_EQ(simd::kLanes, 8);
  EXPECT_TRUE(simd::kOneMultiplyAdd);
}

}  // namespace
}  // namespace patchboard
