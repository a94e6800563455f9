#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <span>

#include "core/lab/lab.h"

namespace patchboard::testing {

/// NaN is equal to NaN.
inline void expect_same_bits(std::span<const float> a, std::span<const float> b) {
  ASSERT_EQ(a.size(), b.size());
  EXPECT_EQ(std::memcmp(a.data(), b.data(), a.size_bytes()), 0);
}

inline void expect_same_bits(const LabRow& a, const LabRow& b) {
  EXPECT_EQ(a.sweep, b.sweep);
  EXPECT_EQ(a.layer, b.layer);
  EXPECT_EQ(a.head, b.head);
  expect_same_bits(a.values.values(), b.values.values());
  EXPECT_EQ(a.computed, b.computed);
}

}  // namespace patchboard::testing
