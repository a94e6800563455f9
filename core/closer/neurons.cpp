#include "core/closer/neurons.h"

#include <array>

#include "core/closer/largest_changes.h"

namespace patchboard {
namespace {

/// Sees the neurons of one row, after the activation function.
class Neurons : public BlockVisitor {
 public:
  [[nodiscard]] bool wants(Site site) const override { return site == Site::kMlpPost; }
  void visit(Site /*site*/, MatrixSpan values) override { row_ = values.row(0); }
  [[nodiscard]] const Vector& row() const { return row_; }

 private:
  Vector row_;
};

/// What the MLP's neurons say at a position of a run: [d_mlp].
Vector activations(const Gpt2& model, ThreadPool& pool, const ActivationCache& run, Index layer,
                   Index position) {
  const MatrixView before = run.resid_pre(layer).topRows(position + 1);
  const RowRange all{.row = 0, .position = 0, .count = position + 1};
  const RowRange own{.row = 0, .position = position, .count = 1};
  const std::array sequences = {Sequence{.kv = all, .q = own, .wanted = own}};
  Matrix x = before.bottomRows(1);
  Neurons neurons;
  model.run_block(pool, layer,
                  {.sequences = sequences, .queries = Queries::kWanted, .visitor = &neurons},
                  before, x);
  return neurons.row();
}

}  // namespace

NeuronChanges neuron_changes(const Gpt2& model, ThreadPool& pool, Lab& lab,
                             const NeuronQuestion& question) {
  const auto of = [&](PromptRun& run) {
    return activations(model, pool, run.keeping({}), question.layer, question.position);
  };
  const Vector clean = of(lab.runs().clean());
  Vector corrupted = of(lab.runs().corrupted(question.sample.value_or(0)));
  const Index runs = question.sample ? 1 : lab.samples();
  for (Index sample = 1; sample < runs; ++sample) {
    corrupted += of(lab.runs().corrupted(sample));
  }
  if (runs > 1) {
    corrupted /= static_cast<float>(runs);
  }
  const Vector difference = corrupted - clean;
  NeuronChanges changes{.finite = difference.allFinite()};
  if (changes.finite) {
    for (const Index neuron : largest_changes(clean, corrupted, question.count)) {
      changes.largest.push_back({.neuron = neuron,
                                 .clean = clean[neuron],
                                 .corrupted = corrupted[neuron],
                                 .difference = difference[neuron]});
    }
  }
  return changes;
}

}  // namespace patchboard
