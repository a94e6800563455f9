#include "tests/core/reference/plain_weights.h"

#include <algorithm>
#include <map>

#include "core/weights/tensor_slots.h"

namespace patchboard::reference {
namespace {

class TensorList {
 public:
  void add(std::string name, Vector& vector) {
    tensors_.push_back({std::move(name),
                        {static_cast<std::uint64_t>(vector.size())},
                        {vector.data(), static_cast<std::size_t>(vector.size())}});
  }

  void add(std::string name, Matrix& matrix) {
    tensors_.push_back(
        {std::move(name),
         {static_cast<std::uint64_t>(matrix.rows()), static_cast<std::uint64_t>(matrix.cols())},
         {matrix.data(), static_cast<std::size_t>(matrix.size())}});
  }

  template <typename WeightAndBias>
  void add_both(const std::string& name, WeightAndBias& both) {
    add(name + ".weight", both.weight);
    add(name + ".bias", both.bias);
  }

  std::vector<PlainTensor> take() { return std::move(tensors_); }

 private:
  std::vector<PlainTensor> tensors_;
};

LayerNormWeights norm_of(Index size) { return {Vector::Zero(size), Vector::Zero(size)}; }

PlainProjection projection_of(Index in, Index out) {
  return {Matrix::Zero(in, out), Vector::Zero(out)};
}

Matrix columns_of(const PackedMatrix& packed) {
  Matrix columns(packed.cols(), packed.rows());
  for (Index n = 0; n < packed.cols(); ++n) {
    packed.get_column(n, {columns.row(n).data(), static_cast<std::size_t>(packed.rows())});
  }
  return columns;
}

PlainProjection unpacked(const ProjectionWeights& projection) {
  return {columns_of(projection.weight).transpose(), projection.bias};
}

void store_all(const Strips& strips, std::span<const float> values, const StripStore& store) {
  for (Index i = 0; i < strips.count(); ++i) {
    const auto first = static_cast<std::size_t>(strips.first_row(i) * strips.cols());
    const auto size = static_cast<std::size_t>(strips.rows(i) * strips.cols());
    StoredStrip strip{strips, i, values.subspan(first, size), {}, {}, {}};
    std::vector<std::byte> stored(static_cast<std::size_t>(strips.bytes(strips.stored(), i)));
    if (strips.stored() != DType::kF32) {
      strips.store(i, strip.values.data(), stored);
      strip.stored = stored;
    }
    store(strip);
  }
}

}  // namespace

PlainWeights plain_weights(const Config& config) {
  const Index D = config.d_model;
  PlainWeights weights;
  weights.wte = Matrix::Zero(config.vocab_size, D);
  weights.wpe = Matrix::Zero(config.n_positions, D);
  weights.ln_f = norm_of(D);
  for (Index layer = 0; layer < config.n_layer; ++layer) {
    weights.h.push_back({.ln_1 = norm_of(D),
                         .attn_c_attn = projection_of(D, 3 * D),
                         .attn_c_proj = projection_of(D, D),
                         .ln_2 = norm_of(D),
                         .mlp_c_fc = projection_of(D, config.d_mlp),
                         .mlp_c_proj = projection_of(config.d_mlp, D)});
  }
  return weights;
}

std::vector<PlainTensor> tensors_of(PlainWeights& weights) {
  TensorList tensors;
  tensors.add("wte.weight", weights.wte);
  tensors.add("wpe.weight", weights.wpe);
  for (std::size_t layer = 0; layer < weights.h.size(); ++layer) {
    const std::string prefix = "h." + std::to_string(layer) + ".";
    PlainBlock& block = weights.h[layer];
    tensors.add_both(prefix + "ln_1", block.ln_1);
    tensors.add_both(prefix + "attn.c_attn", block.attn_c_attn);
    tensors.add_both(prefix + "attn.c_proj", block.attn_c_proj);
    tensors.add_both(prefix + "ln_2", block.ln_2);
    tensors.add_both(prefix + "mlp.c_fc", block.mlp_c_fc);
    tensors.add_both(prefix + "mlp.c_proj", block.mlp_c_proj);
  }
  tensors.add_both("ln_f", weights.ln_f);
  if (weights.lm_head) {
    tensors.add("lm_head.weight", *weights.lm_head);
  }
  return tensors.take();
}

Weights packed(const Config& config, PlainWeights weights, WeightFormat format) {
  Weights result;
  std::map<std::string, TensorSlot> slots;
  for (TensorSlot& slot : tensor_slots(config, result)) {
    slots.emplace(slot.shape.name, std::move(slot));
  }
  for (const PlainTensor& tensor : tensors_of(weights)) {
    const TensorSlot& slot = slots.at(tensor.name);
    const TensorShape& shape = slot.shape;
    const Strips strips(shape.kind, shape.rows, shape.cols, DType::kF32, format);
    store_all(strips, tensor.values, slot.open(strips));
  }
  return result;
}

PlainWeights unpacked(const Config& config, const Weights& weights) {
  PlainWeights plain = plain_weights(config);
  plain.wte = columns_of(weights.wte);
  plain.wpe = columns_of(weights.wpe);
  plain.ln_f = weights.ln_f;
  for (std::size_t layer = 0; layer < plain.h.size(); ++layer) {
    const BlockWeights& block = weights.h[layer];
    plain.h[layer] = {.ln_1 = block.ln_1,
                      .attn_c_attn = unpacked(block.attn_c_attn),
                      .attn_c_proj = unpacked(block.attn_c_proj),
                      .ln_2 = block.ln_2,
                      .mlp_c_fc = unpacked(block.mlp_c_fc),
                      .mlp_c_proj = unpacked(block.mlp_c_proj)};
  }
  if (weights.lm_head) {
    plain.lm_head = columns_of(*weights.lm_head);
  }
  return plain;
}

}  // namespace patchboard::reference
