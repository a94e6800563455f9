// Which kernel this program tests.

#include <gtest/gtest.h>

#include "core/math/simd.h"

namespace patchboard {
namespace {

#ifdef __wasm__
TEST(Lanes, AreThoseOfPlainSimd128) {
  EXPECT_EQ(simd::kLanes, 4);
  EXPECT_FALSE(simd::kOneMultiplyAdd);
}
#else
TEST(Lanes, AreThoseOfAvx2) {
  EXPECT_EQ(simd::kLanes, 8);
  EXPECT_TRUE(simd::kOneMultiplyAdd);
}
#endif

}  // namespace
}  // namespace patchboard
