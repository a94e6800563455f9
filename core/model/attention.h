#pragma once

#include <functional>
#include <span>

#include "core/math/matrix.h"
#include "core/math/thread_pool.h"
#include "core/model/site.h"
#include "core/weights/variant.h"

namespace patchboard {

/// Consecutive positions of a sequence in consecutive rows of a matrix.
struct RowRange {
  Index row = 0;
  Index position = 0;
  Index count = 0;

  [[nodiscard]] Index end() const { return position + count; }
  [[nodiscard]] bool holds(Index at) const { return at >= position && at < end(); }
  [[nodiscard]] Index row_of(Index at) const { return row + at - position; }
};

/// One sequence of a batch that shares some of its positions with another, the base run: which
/// positions have keys, values and queries of their own, and which are wanted.
struct Sequence {
  RowRange kv;      ///< rows of `AttentionInput::kv` and, where the queries come from there, of `q`
  RowRange q;       ///< rows of `AttentionInput::q`
  RowRange wanted;  ///< rows of the result; the last position is that of the sequence
};

/// q, k and v of the rows of a batch, before they are split into heads, and of the base run.
struct AttentionInput {
  MatrixView q;        // [rows, d_model]
  MatrixView k;        // [rows, d_model]
  MatrixView v;        // [rows, d_model]
  const Matrix* base;  // [T, 3 d_model], `BlockActivations::qkv`; null where nothing comes from it
};

/// Causal multi-head attention of each sequence's wanted positions, by one layer's rule.
/// z: [rows, d_model], the heads' outputs side by side, before c_proj. A row of the result has the
/// same bits wherever its keys, values and query come from.
/// Source: Vaswani et al. 2017, section 3.2.1; GPT-2 `attn`.
void attention(ThreadPool& pool, std::span<const Sequence> sequences, const AttentionInput& input,
               const AttentionRule& rule, MatrixSpan z);

/// The patterns of all heads of a whole run. qkv: [T, 3 d_model]. Returns [n_head · T, T], head
/// after head, zeros where a query sees no key; the numbers that `attention` mixes values with.
[[nodiscard]] Matrix attention_patterns(ThreadPool& pool, const MatrixView& qkv,
                                        const AttentionRule& rule);

/// The same before the softmax: query times key, scaled.
[[nodiscard]] Matrix attention_scores(ThreadPool& pool, const MatrixView& qkv,
                                      const AttentionRule& rule);

/// Changes a row of a head as `attention` has it: first the scores of the query at a position,
/// then the pattern; of the keys that it sees, from `AttentionRule::first_key` to its own.
using ChangeRow = std::function<void(Site site, Index position, std::span<float> row)>;

/// One head's attention again, for the wanted positions of a sequence, with rows that are changed
/// on the way; with the bits of `attention` where they are not. z: [rows, d_head], of this head.
void change_attention(const AttentionInput& input, const Sequence& sequence,
                      const AttentionRule& rule, Index head, const ChangeRow& change, MatrixSpan z);

}  // namespace patchboard
