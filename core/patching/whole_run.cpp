#include "core/patching/whole_run.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/model/attention.h"

namespace patchboard {
namespace {

/// What a block keeps, and what is put into it where the run passes the site.
class Keeper : public BlockVisitor {
 public:
  Keeper(const Gpt2& model, Index layer, const Kept& kept, const Insertion* insertion,
         BlockActivations& block)
      : config_(model.config()), layer_(layer), kept_(kept), insertion_(insertion), block_(block) {}

  [[nodiscard]] bool wants(Site site) const override { return keeps(site) || is_put_in(site); }

  void visit(Site site, MatrixSpan values) override {
    if (is_put_in(site)) {
      put_in(site, values);
    }
    if (!keeps(site)) {
      return;
    }
    const SiteTraits& traits = traits_of(site);
    Matrix& kept = block_.*traits.matrix;
    if (traits.matrix != &BlockActivations::qkv) {
      kept = values;
      return;
    }
    kept.resize(values.rows(), 3 * values.cols());
    kept.middleCols(traits.third * values.cols(), values.cols()) = values;
  }

  /// The pattern is put in by mixing the run's own values with it.
  void visit_attention(const AttentionInput& input, Matrix& z) override {
    if (!is_put_in(Site::kPattern)) {
      return;
    }
    const auto& [patch, source] = *insertion_;
    const Matrix& patterns = source.at(layer_).pattern;
    const Index T = patterns.cols();
    const Index first = patch.positions.first;
    const Index count = std::min(patch.positions.end(), T) - first;
    for (Index head = patch.heads.first; head < patch.heads.end(); ++head) {
      const Index col = head * config_.d_head();
      mix_pattern(patterns.middleRows(head * T + first, count), first,
                  input.v.middleCols(col, config_.d_head()).topRows(T),
                  z.block(first, col, count, config_.d_head()));
    }
  }

  [[nodiscard]] bool is_put_in(Site site) const {
    return insertion_ != nullptr && insertion_->patch.site == site &&
           insertion_->patch.layers.holds(layer_);
  }

  void put_in(Site site, MatrixSpan values) const {
    const auto& [patch, source] = *insertion_;
    const Matrix& from = values_of(source, site, layer_);
    const Index end = std::min(patch.positions.end(), from.rows());
    const Index first_col = patch.heads.first * config_.d_head();
    const Index cols = is_head_site(site) ? patch.heads.count * config_.d_head() : values.cols();
    const Index offset = traits_of(site).third * config_.d_model + first_col;
    for (Index position = patch.positions.first; position < end; ++position) {
      values.row(position).segment(first_col, cols) = from.row(position).segment(offset, cols);
    }
  }

 private:
  [[nodiscard]] bool keeps(Site site) const {
    const auto kept = traits_of(site).kept;
    return kept == nullptr || kept_.*kept;
  }

  const Config& config_;
  Index layer_;
  const Kept& kept_;
  const Insertion* insertion_;
  BlockActivations& block_;
};

}  // namespace

ActivationCache whole_run(const Gpt2& model, ThreadPool& pool, Matrix embedding, const Kept& kept,
                          const Insertion* insertion) {
  const Config& config = model.config();
  const RowRange whole{.row = 0, .position = 0, .count = embedding.rows()};
  const std::array everything = {Sequence{.kv = whole, .q = whole, .wanted = whole}};
  ActivationCache cache{.embedding = embedding, .h = {}};
  cache.h.resize(static_cast<std::size_t>(config.n_layer));
  Kept during = kept;
  during.qkv = kept.qkv || kept.pattern;
  Matrix x = std::move(embedding);
  for (Index layer = 0; layer < config.n_layer; ++layer) {
    BlockActivations& block = cache.at(layer);
    Keeper keeper(model, layer, during, insertion, block);
    if (keeper.is_put_in(Site::kResidPre)) {
      keeper.put_in(Site::kResidPre, x);
    }
    model.run_block(pool, layer, {.sequences = everything, .visitor = &keeper}, x, x);
    if (kept.pattern) {
      block.pattern = attention_patterns(pool, block.qkv, config.n_head);
    }
    if (!kept.qkv) {
      block.qkv.resize(0, 0);
    }
  }
  return cache;
}

Matrix final_logits(const Gpt2& model, ThreadPool& pool, const ActivationCache& run, Index count) {
  const Matrix& last = run.h.back().resid_post;
  return model.unembed(pool, model.final_norm(pool, last.bottomRows(count)));
}

}  // namespace patchboard
