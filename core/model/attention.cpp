#include "core/model/attention.h"

#include <cmath>

#include "core/math/softmax.h"

namespace patchboard {
namespace {

/// Softmax over each row's visible positions; zero for those in its future.
void causal_softmax(Index first_position, Matrix& pattern) {
  for (Index row = 0; row < pattern.rows(); ++row) {
    const Index visible = first_position + row + 1;
    softmax(pattern.row(row).head(visible));
    pattern.row(row).tail(pattern.cols() - visible).setZero();
  }
}

void attend(const Suffix& suffix, const MatrixView& qkv, Index head, Index d_head,
            const BlockActivations* prefix, MatrixSpan z) {
  const Index D = z.cols();
  const Index first_col = head * d_head;
  const Index earlier = suffix.position;
  const Index n = suffix.length;
  const auto part = [&](Index index) {
    return qkv.block(suffix.row, index * D + first_col, n, d_head);
  };
  const auto q = part(0);
  const auto k = part(1);
  const auto v = part(2);
  Matrix pattern(n, earlier + n);
  pattern.rightCols(n).noalias() = q * k.transpose();
  if (earlier > 0) {
    pattern.leftCols(earlier).noalias() =
        q * prefix->k.block(0, first_col, earlier, d_head).transpose();
  }
  pattern *= 1.0F / std::sqrt(static_cast<float>(d_head));
  causal_softmax(earlier, pattern);
  auto out = z.block(suffix.row, first_col, n, d_head);
  out.noalias() = pattern.rightCols(n) * v;
  if (earlier > 0) {
    out.noalias() += pattern.leftCols(earlier) * prefix->v.block(0, first_col, earlier, d_head);
  }
}

}  // namespace

void attention(ThreadPool& pool, std::span<const Suffix> suffixes, const MatrixView& qkv,
               Index n_head, const BlockActivations* prefix, MatrixSpan z) {
  const Index d_head = z.cols() / n_head;
  const auto count = static_cast<Index>(suffixes.size()) * n_head;
  pool.parallel_for(count, [&](Index task) {
    const Suffix& suffix = suffixes[static_cast<std::size_t>(task / n_head)];
    attend(suffix, qkv, task % n_head, d_head, prefix, z);
  });
}

}  // namespace patchboard
