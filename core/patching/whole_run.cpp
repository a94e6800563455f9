#include "core/patching/whole_run.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/model/attention.h"

namespace patchboard {
namespace {

/// What a block keeps, and what is changed where the run passes a site.
class Keeper : public BlockVisitor {
 public:
  Keeper(const Config& config, const Sequence& sequence, Index layer, const Kept& kept,
         std::span<const Edit> edits, std::span<const OwnInput> inputs, BlockActivations& block)
      : config_(config),
        sequence_(sequence),
        layer_(layer),
        kept_(kept),
        edits_(edits),
        inputs_(inputs),
        block_(block) {}

  [[nodiscard]] bool wants(Site site) const override { return keeps(site) || is_edited(site); }
  [[nodiscard]] std::span<const OwnInput> inputs() const override { return inputs_; }

  void visit(Site site, MatrixSpan values) override {
    edit(site, values);
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

  void visit_attention(const AttentionInput& input, Matrix& z) override {
    edit_attention(edits_, config_, layer_, input, sequence_, z);
  }

  void edit(Site site, const MatrixSpan& values) const {
    edit_rows(edits_, site, layer_, config_.d_head(), sequence_.wanted, values);
  }

 private:
  [[nodiscard]] bool is_edited(Site site) const {
    return std::ranges::any_of(edits_, [&](const Edit& edit) { return edit.meets(site, layer_); });
  }
  [[nodiscard]] bool keeps(Site site) const {
    const auto kept = traits_of(site).kept;
    return kept == nullptr || kept_.*kept;
  }

  const Config& config_;
  const Sequence& sequence_;
  Index layer_;
  const Kept& kept_;
  std::span<const Edit> edits_;
  std::span<const OwnInput> inputs_;
  BlockActivations& block_;
};

}  // namespace

ActivationCache whole_run(const Gpt2& model, ThreadPool& pool, Matrix embedding, const Kept& kept,
                          std::span<const Edit> edits, std::span<const OwnInput> inputs) {
  const Config& config = model.config();
  const RowRange whole{.row = 0, .position = 0, .count = embedding.rows()};
  const std::array everything = {Sequence{.kv = whole, .q = whole, .wanted = whole}};
  ActivationCache cache{.embedding = embedding, .h = {}};
  cache.h.resize(static_cast<std::size_t>(config.n_layer));
  Kept during = kept;
  during.qkv = kept.qkv || kept.pattern || kept.attn_scores;
  Matrix x = std::move(embedding);
  for (Index layer = 0; layer < config.n_layer; ++layer) {
    BlockActivations& block = cache.at(layer);
    Keeper keeper(config, everything.front(), layer, during, edits, inputs, block);
    keeper.edit(Site::kResidPre, x);
    model.run_block(pool, layer, {.sequences = everything, .visitor = &keeper}, x, x);
    if (kept.pattern) {
      block.pattern = attention_patterns(pool, block.qkv, config.attention(layer));
    }
    if (kept.attn_scores) {
      block.attn_scores = attention_scores(pool, block.qkv, config.attention(layer));
    }
    if (!kept.qkv) {
      block.qkv.resize(0, 0);
    }
  }
  return cache;
}

Matrix final_logits(const Gpt2& model, ThreadPool& pool, const ActivationCache& run, Index count,
                    std::span<const OwnInput> inputs) {
  const Matrix* own = own_input(inputs, {.kind = Reader::Kind::kLogits});
  const Matrix& last = own == nullptr ? run.h.back().resid_post : *own;
  return model.unembed(pool, model.final_norm(pool, last.bottomRows(count)));
}

}  // namespace patchboard
