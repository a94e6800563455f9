#include "core/weights/tensor_slots.h"

#include <algorithm>
#include <utility>

namespace patchboard {
namespace {

StripStore storing(Vector& vector, Index size) {
  vector.resize(size);
  return [&vector](const StoredStrip& strip) { std::ranges::copy(strip.values, vector.data()); };
}

/// Whether the matrix keeps the very bytes that the strip has.
bool is_q8(const PackedMatrix& matrix, const Strips& strips) {
  return matrix.format() == WeightFormat::kQ8 && strips.stored() == DType::kQ8;
}

std::span<const float> row_of(const StoredStrip& strip, Index row) {
  const auto cols = static_cast<std::size_t>(strip.strips.cols());
  return strip.values.subspan(static_cast<std::size_t>(row) * cols, cols);
}

StripStore packing_rows(PackedMatrix& matrix, Index rows, Index cols, WeightFormat format) {
  matrix = PackedMatrix(rows, cols, format);
  return [&matrix](const StoredStrip& strip) {
    const Index first = strip.strips.first_row(strip.index);
    const Index count = strip.strips.rows(strip.index);
    if (is_q8(matrix, strip.strips)) {
      const Q8Strip q8 = read_q8(strip.strips, strip.index, strip.stored);
      matrix.set_rows(first, count, q8.scales.data(), q8.values.data());
      return;
    }
    for (Index row = 0; row < count; ++row) {
      matrix.set_rows(first + row, row_of(strip, row));
    }
  };
}

StripStore packing_columns(PackedMatrix& matrix, Index count, Index width, WeightFormat format) {
  matrix = PackedMatrix(width, count, format);
  return [&matrix](const StoredStrip& strip) {
    const Index first = strip.strips.first_row(strip.index);
    if (is_q8(matrix, strip.strips)) {
      const Q8Strip q8 = read_q8(strip.strips, strip.index, strip.stored);
      matrix.set_column(first, q8.scales.data(), q8.values.data());
    } else {
      matrix.set_column(first, strip.values);
    }
  };
}

class SlotList {
 public:
  explicit SlotList(WeightFormat format) : format_(format) {}

  void add(std::string name, Vector& vector, Index size) {
    add(std::move(name), TensorKind::kVector, 1, size,
        [&vector, size] { return storing(vector, size); });
  }

  void add_embedding(std::string name, PackedMatrix& matrix, Index count, Index width) {
    add(std::move(name), TensorKind::kEmbedding, count, width,
        [&matrix, count, width, format = format_] {
          return packing_columns(matrix, count, width, format);
        });
  }

  void add_head(std::string name, std::optional<PackedMatrix>& matrix, Index count, Index width,
                bool required) {
    add(std::move(name), TensorKind::kEmbedding, count, width,
        [&matrix, count, width, format = format_] {
          return packing_columns(matrix.emplace(), count, width, format);
        });
    slots_.back().shape.required = required;
  }

  void add(const std::string& name, LayerNormWeights& norm, Index size) {
    add(name + ".weight", norm.weight, size);
    add(name + ".bias", norm.bias, size);
  }

  void add(const std::string& name, ProjectionWeights& projection, Index in, Index out) {
    PackedMatrix& weight = projection.weight;
    add(name + ".weight", TensorKind::kProjection, in, out,
        [&weight, in, out, format = format_] { return packing_rows(weight, in, out, format); });
    add(name + ".bias", projection.bias, out);
  }

  std::vector<TensorSlot> take() { return std::move(slots_); }

 private:
  void add(std::string name, TensorKind kind, Index rows, Index cols,
           std::function<StripStore()> open) {
    slots_.push_back({{std::move(name), kind, rows, cols}, std::move(open)});
  }

  WeightFormat format_;
  std::vector<TensorSlot> slots_;
};

}  // namespace

std::vector<std::uint64_t> TensorShape::sizes() const {
  const auto width = static_cast<std::uint64_t>(cols);
  return kind == TensorKind::kVector ? std::vector{width}
                                     : std::vector{static_cast<std::uint64_t>(rows), width};
}

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
  slots.add_head("lm_head.weight", weights.lm_head, config.vocab_size, D, !config.tied_embeddings);
  return slots.take();
}

std::vector<TensorShape> tensor_shapes(const Config& config) {
  Weights unused;
  std::vector<TensorShape> shapes;
  for (TensorSlot& slot : tensor_slots(config, unused, WeightFormat::kF32)) {
    shapes.push_back(std::move(slot.shape));
  }
  return shapes;
}

}  // namespace patchboard
