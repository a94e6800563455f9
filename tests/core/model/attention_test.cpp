#include "core/model/attention.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/core/support/random_matrix.h"

namespace patchboard {
namespace {

using testing::random_matrix;

constexpr Index kHeads = 3;

/// That of the published models.
AttentionRule rule_of(const Matrix& qkv) {
  const Index d_head = qkv.cols() / 3 / kHeads;
  return {.n_head = kHeads, .scale = 1 / std::sqrt(static_cast<float>(d_head))};
}

/// One head's z at one position, in double, from whole q, k and v of a run: [T, 3 D].
Vector naive_z(const Matrix& qkv, Index position, const AttentionRule& rule) {
  const Index D = qkv.cols() / 3;
  const Index d_head = D / kHeads;
  Vector z = Vector::Zero(D);
  for (Index head = 0; head < kHeads; ++head) {
    const auto part = [&](Index index, Index row) {
      return qkv.row(row).segment(index * D + head * d_head, d_head).cast<double>();
    };
    std::vector<double> weights;
    double total = 0;
    for (Index key = 0; key <= position; ++key) {
      const bool is_seen = key > position - rule.window;
      const double score = part(0, position).dot(part(1, key)) * static_cast<double>(rule.scale);
      weights.push_back(is_seen ? std::exp(score) : 0);
      total += weights.back();
    }
    Eigen::RowVectorXd sum = Eigen::RowVectorXd::Zero(d_head);
    for (Index key = 0; key <= position; ++key) {
      sum += weights[static_cast<std::size_t>(key)] / total * part(2, key);
    }
    z.segment(head * d_head, d_head) = sum.cast<float>();
  }
  return z;
}

Matrix whole_run(const Matrix& qkv, const AttentionRule& rule) {
  const Index T = qkv.rows();
  const Index D = qkv.cols() / 3;
  const RowRange all{.row = 0, .position = 0, .count = T};
  const std::array sequences = {Sequence{.kv = all, .q = all, .wanted = all}};
  ThreadPool pool(2);
  Matrix z(T, D);
  attention(
      pool, sequences,
      {.q = qkv.leftCols(D), .k = qkv.middleCols(D, D), .v = qkv.rightCols(D), .base = nullptr},
      rule, z);
  return z;
}

TEST(Attention, EqualsThePlainLoopsInDouble) {
  for (const Index d_head : {1, 5, 16, 64, 70}) {
    for (const Index T : {1, 2, 17, 33}) {
      const Matrix qkv = random_matrix(T, 3 * kHeads * d_head, 1);
      AttentionRule rule = rule_of(qkv);
      for (const Index window : {rule.window, Index{1}, Index{5}, Index{18}}) {
        rule.window = window;
        const Matrix z = whole_run(qkv, rule);
        for (Index position = 0; position < T; ++position) {
          EXPECT_LE((z.row(position) - naive_z(qkv, position, rule)).cwiseAbs().maxCoeff(), 1e-5F)
              << "d_head " << d_head << ", " << position << " of " << T << ", window " << window;
        }
      }
    }
  }
}

/// A run that differs from the base run in the rows that a sequence has as its own.
Matrix overlaid(const Matrix& base, const Matrix& own, const RowRange& kv) {
  Matrix qkv = base;
  for (Index at = kv.position; at < kv.end(); ++at) {
    qkv.row(at) = own.row(kv.row_of(at));
  }
  return qkv;
}

TEST(Attention, TakesOtherPositionsFromTheBaseRunWithTheSameBits) {
  constexpr Index kT = 19;
  constexpr Index kWidth = 21;
  const Matrix base = random_matrix(kT, 3 * kWidth, 2);
  const Matrix own = random_matrix(24, 3 * kWidth, 3);
  const std::vector<Sequence> sequences = {
      // All from position 4 on; one changed row, all after it wanted; only the last wanted.
      {.kv = {.row = 0, .position = 4, .count = 15},
       .q = {.row = 0, .position = 4, .count = 15},
       .wanted = {.row = 0, .position = 4, .count = 15}},
      {.kv = {.row = 20, .position = 7, .count = 1},
       .q = {.row = 20, .position = 7, .count = 1},
       .wanted = {.row = 15, .position = 7, .count = 12}},
      {.kv = {.row = 21, .position = 2, .count = 1},
       .q = {.row = 21, .position = 2, .count = 1},
       .wanted = {.row = 27, .position = 18, .count = 1}}};
  ThreadPool pool(2);
  AttentionRule rule = rule_of(base);
  for (const Index window : {rule.window, Index{6}}) {
    rule.window = window;
    Matrix z(28, kWidth);
    attention(pool, sequences,
              {.q = own.leftCols(kWidth),
               .k = own.middleCols(kWidth, kWidth),
               .v = own.rightCols(kWidth),
               .base = &base},
              rule, z);
    for (const Sequence& sequence : sequences) {
      const Matrix expected = whole_run(overlaid(base, own, sequence.kv), rule);
      const RowRange& wanted = sequence.wanted;
      EXPECT_EQ(z.middleRows(wanted.row, wanted.count),
                expected.middleRows(wanted.position, wanted.count));
    }
  }
}

}  // namespace
}  // namespace patchboard
