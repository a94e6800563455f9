#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "core/lab/lab.h"

namespace patchboard::testing {

/// NaN is equal to NaN.
inline void expect_same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  ASSERT_EQ(a.size(), b.size());
  EXPECT_EQ(std::memcmp(a.data(), b.data(), a.size() * sizeof(float)), 0);
}

inline void expect_same_bits(const LabRow& a, const LabRow& b) {
  EXPECT_EQ(a.sweep, b.sweep);
  EXPECT_EQ(a.layer, b.layer);
  EXPECT_EQ(a.head, b.head);
  expect_same_bits(a.prob, b.prob);
  expect_same_bits(a.log_prob, b.log_prob);
  expect_same_bits(a.logit, b.logit);
  expect_same_bits(a.rank, b.rank);
  expect_same_bits(a.kl, b.kl);
  EXPECT_EQ(a.computed, b.computed);
}

}  // namespace patchboard::testing
