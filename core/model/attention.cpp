#include "core/model/attention.h"

#include <algorithm>
#include <array>

#include "core/math/aligned_buffer.h"
#include "core/math/simd.h"
#include "core/math/softmax.h"

namespace patchboard {
namespace {

using simd::Floats;
using simd::kLanes;

Index padded(Index count) { return (count + kLanes - 1) / kLanes * kLanes; }

/// One head's q, k and v of one sequence, from the batch or from the base run.
class HeadRows {
 public:
  HeadRows(const AttentionInput& input, const Sequence& sequence, Index first_col)
      : input_(input), sequence_(sequence), first_col_(first_col) {}

  [[nodiscard]] const float* q(Index at) const { return row(input_.q, sequence_.q, at, 0); }
  [[nodiscard]] const float* k(Index at) const { return row(input_.k, sequence_.kv, at, 1); }
  [[nodiscard]] const float* v(Index at) const { return row(input_.v, sequence_.kv, at, 2); }

 private:
  /// part: 0, 1, 2 for q, k, v in the base run.
  [[nodiscard]] const float* row(const MatrixView& own, const RowRange& range, Index at,
                                 Index part) const {
    if (range.holds(at)) {
      return own.row(range.row_of(at)).data() + first_col_;
    }
    return input_.base->row(at).data() + part * own.cols() + first_col_;
  }

  const AttentionInput& input_;
  const Sequence& sequence_;
  Index first_col_;
};

/// Room for one task: the keys with positions side by side, so that a vector holds a score of each,
/// and the values, both with zeros up to whole vectors.
struct HeadRoom {
  Index keys, d_head;
  AlignedBuffer<float> k;       // [d_head, padded keys]
  AlignedBuffer<float> v;       // [keys, padded d_head]
  AlignedBuffer<float> scores;  // [padded keys]

  HeadRoom(Index key_count, Index head_size)
      : keys(key_count),
        d_head(head_size),
        k(static_cast<std::size_t>(d_head * padded(keys))),
        v(static_cast<std::size_t>(keys * padded(d_head))),
        scores(static_cast<std::size_t>(padded(keys))) {
    std::ranges::fill(k.span(), 0.0F);
    std::ranges::fill(v.span(), 0.0F);
  }

  void set_key(Index at, const float* key) {
    for (Index i = 0; i < d_head; ++i) {
      k.data()[i * padded(keys) + at] = key[i];
    }
  }
  void fill(const HeadRows& rows) {
    for (Index at = 0; at < keys; ++at) {
      set_key(at, rows.k(at));
      std::copy_n(rows.v(at), d_head, v.data() + at * padded(d_head));
    }
  }
};

/// The keys that a query sees.
struct Visible {
  Index first;
  Index end;

  Visible(const AttentionRule& rule, Index query) : first(rule.first_key(query)), end(query + 1) {}
};

/// scores = q · k · scale, for the visible keys and up to whole vectors on both sides.
void score(HeadRoom& room, const float* q, Visible visible, float scale) {
  const Index stride = padded(room.keys);
  for (Index at = visible.first / kLanes * kLanes; at < visible.end; at += kLanes) {
    Floats sums{};
    for (Index i = 0; i < room.d_head; ++i) {
      sums =
          simd::multiply_add(simd::splat(q[i]), simd::load(room.k.data() + i * stride + at), sums);
    }
    simd::store(sums * scale, room.scores.data() + at);
  }
}

std::span<float> row_of(HeadRoom& room, Visible visible) {
  return {room.scores.data() + visible.first,
          static_cast<std::size_t>(visible.end - visible.first)};
}

/// out = pattern · v for Parts vectors of the head from column `first` on.
template <std::size_t Parts>
void mix_columns(const HeadRoom& room, Visible visible, Index first, float* out) {
  const Index stride = padded(room.d_head);
  std::array<Floats, Parts> sums{};
  for (Index at = visible.first; at < visible.end; ++at) {
    const Floats weight = simd::splat(room.scores.data()[at]);
    const float* values = room.v.data() + at * stride + first;
    for (std::size_t part = 0; part < Parts; ++part) {
      const Floats lanes = simd::load(values + static_cast<Index>(part) * kLanes);
      sums[part] = simd::multiply_add(weight, lanes, sums[part]);
    }
  }
  for (std::size_t part = 0; part < Parts; ++part) {
    const Index col = first + static_cast<Index>(part) * kLanes;
    simd::store_first(sums[part], std::min(kLanes, room.d_head - col), out + col);
  }
}

/// out = pattern · v, several vectors at a time where there are, which hides the sums' latency.
void mix(const HeadRoom& room, Visible visible, float* out) {
  Index first = 0;
  for (; first + 4 * kLanes <= padded(room.d_head); first += 4 * kLanes) {
    mix_columns<4>(room, visible, first, out);
  }
  for (; first < room.d_head; first += kLanes) {
    mix_columns<1>(room, visible, first, out);
  }
}

/// The scores of all heads of a whole run, each query's as `finish` leaves them: [n_head · T, T].
template <typename Finish>
Matrix all_scores(ThreadPool& pool, const MatrixView& qkv, const AttentionRule& rule,
                  const Finish& finish) {
  const Index T = qkv.rows();
  const Index D = qkv.cols() / 3;
  const Index d_head = D / rule.n_head;
  Matrix scores = Matrix::Zero(rule.n_head * T, T);
  pool.parallel_for(rule.n_head, [&](Index head) {
    HeadRoom room(T, d_head);
    for (Index at = 0; at < T; ++at) {
      room.set_key(at, qkv.row(at).data() + D + head * d_head);
    }
    for (Index at = 0; at < T; ++at) {
      const Visible visible(rule, at);
      score(room, qkv.row(at).data() + head * d_head, visible, rule.scale);
      const std::span<float> row = row_of(room, visible);
      finish(row);
      std::ranges::copy(row, scores.row(head * T + at).data() + visible.first);
    }
  });
  return scores;
}

}  // namespace

void attention(ThreadPool& pool, std::span<const Sequence> sequences, const AttentionInput& input,
               const AttentionRule& rule, MatrixSpan z) {
  const Index n_head = rule.n_head;
  const Index d_head = z.cols() / n_head;
  const auto count = static_cast<Index>(sequences.size()) * n_head;
  pool.parallel_for(count, [&](Index task) {
    const Sequence& sequence = sequences[static_cast<std::size_t>(task / n_head)];
    const Index first_col = task % n_head * d_head;
    const HeadRows rows(input, sequence, first_col);
    HeadRoom room(sequence.wanted.end(), d_head);
    room.fill(rows);
    for (Index at = sequence.wanted.position; at < sequence.wanted.end(); ++at) {
      const Visible visible(rule, at);
      score(room, rows.q(at), visible, rule.scale);
      softmax(row_of(room, visible));
      mix(room, visible, z.row(sequence.wanted.row_of(at)).data() + first_col);
    }
  });
}

Matrix attention_patterns(ThreadPool& pool, const MatrixView& qkv, const AttentionRule& rule) {
  return all_scores(pool, qkv, rule, [](std::span<float> row) { softmax(row); });
}

Matrix attention_scores(ThreadPool& pool, const MatrixView& qkv, const AttentionRule& rule) {
  return all_scores(pool, qkv, rule, [](std::span<float>) {});
}

void change_attention(const AttentionInput& input, const Sequence& sequence,
                      const AttentionRule& rule, Index head, const ChangeRow& change,
                      MatrixSpan z) {
  const HeadRows rows(input, sequence, head * z.cols());
  HeadRoom room(sequence.wanted.end(), z.cols());
  room.fill(rows);
  for (Index at = sequence.wanted.position; at < sequence.wanted.end(); ++at) {
    const Visible visible(rule, at);
    const std::span<float> row = row_of(room, visible);
    score(room, rows.q(at), visible, rule.scale);
    change(Site::kAttnScores, at, row);
    softmax(row);
    change(Site::kPattern, at, row);
    mix(room, visible, z.row(sequence.wanted.row_of(at)).data());
  }
}

}  // namespace patchboard
