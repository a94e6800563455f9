#include "core/weights/tensor_slots.h"

#include <algorithm>
#include <utility>

namespace patchboard {
namespace {

/// A vector stays as it is.
TensorSink sink_of(Vector& vector, Index size) {
  vector.resize(size);
  return {1, size, 1, [&vector](Index, std::span<const float> values) {
            std::ranges::copy(values, vector.data());
          }};
}

/// A projection [in, out], multiplied with from the left.
TensorSink packing_rows(PackedMatrix& matrix, Index rows, Index cols, WeightFormat format) {
  matrix = PackedMatrix(rows, cols, format);
  return {rows, cols, matrix.strip_rows(), [&matrix](Index first, std::span<const float> values) {
            matrix.set_rows(first, values);
          }};
}

/// An embedding [count, d_model], of which the transpose is packed.
TensorSink packing_columns(PackedMatrix& matrix, Index count, Index width, WeightFormat format) {
  matrix = PackedMatrix(width, count, format);
  return {count, width, 1, [&matrix](Index index, std::span<const float> values) {
            matrix.set_column(index, values);
          }};
}

class SlotList {
 public:
  explicit SlotList(WeightFormat format) : format_(format) {}

  void add(std::string name, Vector& vector, Index size) {
    slots_.push_back({std::move(name), {static_cast<std::uint64_t>(size)}, true, [&vector, size] {
                        return sink_of(vector, size);
                      }});
  }

  void add_embedding(std::string name, PackedMatrix& matrix, Index count, Index width) {
    add(std::move(name), count, width, [&matrix, count, width, format = format_] {
      return packing_columns(matrix, count, width, format);
    });
  }

  void add_optional_embedding(std::string name, std::optional<PackedMatrix>& matrix, Index count,
                              Index width) {
    add(std::move(name), count, width, [&matrix, count, width, format = format_] {
      return packing_columns(matrix.emplace(), count, width, format);
    });
    slots_.back().required = false;
  }

  void add(const std::string& name, LayerNormWeights& norm, Index size) {
    add(name + ".weight", norm.weight, size);
    add(name + ".bias", norm.bias, size);
  }

  void add(const std::string& name, ProjectionWeights& projection, Index in, Index out) {
    PackedMatrix& weight = projection.weight;
    add(name + ".weight", in, out,
        [&weight, in, out, format = format_] { return packing_rows(weight, in, out, format); });
    add(name + ".bias", projection.bias, out);
  }

  std::vector<TensorSlot> take() { return std::move(slots_); }

 private:
  void add(std::string name, Index rows, Index cols, std::function<TensorSink()> open) {
    slots_.push_back({std::move(name),
                      {static_cast<std::uint64_t>(rows), static_cast<std::uint64_t>(cols)},
                      true,
                      std::move(open)});
  }

  WeightFormat format_;
  std::vector<TensorSlot> slots_;
};

}  // namespace

std::vector<TensorSlot> tensor_slots(const Config& config, Weights& weights, WeightFormat format) {
  const Index D = config.d_model;
  SlotList slots(format);
  slots.add_embedding("wte.weight", weights.wte, config.vocab_size, D);
  slots.add_embedding("wpe.weight", weights.wpe, config.n_positions, D);
  weights.h.resize(static_cast<std::size_t>(config.n_layer));
  for (std::size_t layer = 0; layer < weights.h.size(); ++layer) {
    const std::string prefix = "h." + std::to_string(layer) + ".";
    BlockWeights& block = weights.h[layer];
    slots.add(prefix + "ln_1", block.ln_1, D);
    slots.add(prefix + "attn.c_attn", block.attn_c_attn, D, 3 * D);
    slots.add(prefix + "attn.c_proj", block.attn_c_proj, D, D);
    slots.add(prefix + "ln_2", block.ln_2, D);
    slots.add(prefix + "mlp.c_fc", block.mlp_c_fc, D, config.d_mlp);
    slots.add(prefix + "mlp.c_proj", block.mlp_c_proj, config.d_mlp, D);
  }
  slots.add("ln_f", weights.ln_f, D);
  slots.add_optional_embedding("lm_head.weight", weights.lm_head, config.vocab_size, D);
  return slots.take();
}

}  // namespace patchboard
