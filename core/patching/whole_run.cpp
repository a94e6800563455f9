#include "core/patching/whole_run.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/model/attention.h"

namespace patchboard {
namespace {

/// Puts the insertion's values in where the run passes its site.
class Inserter {
 public:
  Inserter(const Insertion* insertion, Index d_head) : insertion_(insertion), d_head_(d_head) {}

  /// from: the source's matrix of the same shape as `values`. part: which of q, k and v it is.
  void put(Site site, Index layer, const Matrix& from, Matrix& values, Index part = 0) const {
    if (!meets(site, layer)) {
      return;
    }
    const auto& [patch, source] = *insertion_;
    const Index end = std::min(patch.positions.end(), from.rows());
    const Index first_col =
        part * values.cols() / 3 + (is_head_site(site) ? patch.heads.first * d_head_ : 0);
    const Index cols = is_head_site(site) ? patch.heads.count * d_head_ : values.cols();
    for (Index position = patch.positions.first; position < end; ++position) {
      values.row(position).segment(first_col, cols) = from.row(position).segment(first_col, cols);
    }
  }

  /// The pattern is put in by mixing the run's own values with it.
  void put_pattern(Index layer, const Matrix& qkv, Matrix& z) const {
    if (!meets(Site::kPattern, layer)) {
      return;
    }
    const auto& [patch, source] = *insertion_;
    const Matrix& patterns = source.at(layer).pattern;
    const Index T = patterns.cols();
    const Index count = std::min(patch.positions.end(), T) - patch.positions.first;
    for (Index head = patch.heads.first; head < patch.heads.end(); ++head) {
      mix_pattern(patterns.middleRows(head * T + patch.positions.first, count),
                  patch.positions.first,
                  qkv.middleCols(2 * z.cols() + head * d_head_, d_head_).topRows(T),
                  z.block(patch.positions.first, head * d_head_, count, d_head_));
    }
  }

 private:
  [[nodiscard]] bool meets(Site site, Index layer) const {
    return insertion_ != nullptr && insertion_->patch.site == site &&
           insertion_->patch.layers.holds(layer);
  }

  const Insertion* insertion_;
  Index d_head_;
};

/// Activations of a source that has none of this site are never read.
const BlockActivations& of_source(const Insertion* insertion, Index layer) {
  static const BlockActivations kNothing;
  return insertion == nullptr ? kNothing : insertion->source.at(layer);
}

}  // namespace

ActivationCache whole_run(const Gpt2& model, ThreadPool& pool, Matrix embedding, const Kept& kept,
                          const Insertion* insertion) {
  const Config& config = model.config();
  const Inserter inserter(insertion, config.d_head());
  const RowRange whole{.row = 0, .position = 0, .count = embedding.rows()};
  const std::array everything = {Sequence{.kv = whole, .q = whole, .wanted = whole}};
  const Index D = config.d_model;
  ActivationCache cache{.embedding = embedding, .h = {}};
  Matrix x = std::move(embedding);
  for (Index layer = 0; layer < config.n_layer; ++layer) {
    const BlockActivations& source = of_source(insertion, layer);
    if (insertion != nullptr) {
      inserter.put(Site::kResidPre, layer, insertion->source.resid_pre(layer), x);
    }
    BlockActivations block;
    block.qkv = model.qkv(pool, layer, x);
    inserter.put(Site::kQ, layer, source.qkv, block.qkv, 0);
    inserter.put(Site::kK, layer, source.qkv, block.qkv, 1);
    inserter.put(Site::kV, layer, source.qkv, block.qkv, 2);
    block.z.resize(x.rows(), D);
    const AttentionInput input{.q = block.qkv.leftCols(D),
                               .k = block.qkv.middleCols(D, D),
                               .v = block.qkv.rightCols(D),
                               .base = nullptr};
    attention(pool, everything, input, config.n_head, block.z);
    inserter.put_pattern(layer, block.qkv, block.z);
    inserter.put(Site::kZ, layer, source.z, block.z);
    block.attn_out = model.attn_out(pool, layer, block.z);
    inserter.put(Site::kAttnOut, layer, source.attn_out, block.attn_out);
    x += block.attn_out;
    inserter.put(Site::kResidMid, layer, source.resid_mid, x);
    block.resid_mid = x;
    block.mlp_out = model.mlp_out(pool, layer, x);
    inserter.put(Site::kMlpOut, layer, source.mlp_out, block.mlp_out);
    x += block.mlp_out;
    inserter.put(Site::kResidPost, layer, source.resid_post, x);
    block.resid_post = x;
    if (kept.pattern) {
      block.pattern = attention_patterns(pool, block.qkv, config.n_head);
    }
    const auto drop_unless = [](bool keep, Matrix& matrix) {
      if (!keep) {
        matrix.resize(0, 0);
      }
    };
    drop_unless(kept.qkv, block.qkv);
    drop_unless(kept.z, block.z);
    drop_unless(kept.attn_out, block.attn_out);
    drop_unless(kept.resid_mid, block.resid_mid);
    drop_unless(kept.mlp_out, block.mlp_out);
    cache.h.push_back(std::move(block));
  }
  return cache;
}

Matrix final_logits(const Gpt2& model, ThreadPool& pool, const ActivationCache& run, Index count) {
  const Matrix& last = run.h.back().resid_post;
  return model.unembed(pool, model.final_norm(pool, last.bottomRows(count)));
}

}  // namespace patchboard
