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
    for (Index head = 0; head < config_.n_head; ++head) {
      for (Index position = 0; position < z.rows(); ++position) {
        const auto meets = [&](const Edit& edit) {
          return edit.meets(Site::kPattern, layer_) && edit.patch.heads.holds(head) &&
                 edit.holds(position);
        };
        if (std::ranges::none_of(edits_, meets)) {
          continue;
        }
        const auto change = [&](std::span<float> pattern) {
          for (const Edit& edit : edits_) {
            if (meets(edit)) {
              apply_to_pattern(edit, layer_, head, position, pattern);
            }
          }
        };
        const auto d_head = static_cast<std::size_t>(config_.d_head());
        change_pattern(
            input, sequence_, head, position, change,
            row_values(z, position).subspan(static_cast<std::size_t>(head) * d_head, d_head));
      }
    }
  }

  void edit(Site site, MatrixSpan values) const {
    for (const Edit& edit : edits_) {
      for (Index position = 0; edit.meets(site, layer_) && position < values.rows(); ++position) {
        if (edit.holds(position)) {
          apply(edit, layer_, position, config_.d_head(), row_values(values, position));
        }
      }
    }
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
  during.qkv = kept.qkv || kept.pattern;
  Matrix x = std::move(embedding);
  for (Index layer = 0; layer < config.n_layer; ++layer) {
    BlockActivations& block = cache.at(layer);
    Keeper keeper(config, everything.front(), layer, during, edits, inputs, block);
    keeper.edit(Site::kResidPre, x);
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

Matrix final_logits(const Gpt2& model, ThreadPool& pool, const ActivationCache& run, Index count,
                    std::span<const OwnInput> inputs) {
  const Matrix* own = own_input(inputs, {.kind = Reader::Kind::kLogits});
  const Matrix& last = own == nullptr ? run.h.back().resid_post : *own;
  return model.unembed(pool, model.final_norm(pool, last.bottomRows(count)));
}

}  // namespace patchboard
