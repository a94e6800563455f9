#include "core/weights/tensor_slots.h"

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "core/weights/number_formats.h"

namespace patchboard {
namespace {

StripStore storing(Vector& vector, Index size) {
  vector.resize(size);
  return [&vector](const StoredStrip& strip) { std::ranges::copy(strip.values, vector.data()); };
}

/// The strip in q8, where the matrix is and the strip is kept so. room: for what is read.
const Q8Strip* q8_of(const PackedMatrix& matrix, const StoredStrip& strip, Q8Strip& room) {
  if (strip.q8 != nullptr || matrix.format() != WeightFormat::kQ8 ||
      !fits_q8(strip.strips.stored())) {
    return strip.q8;
  }
  read_q8(strip.strips, strip.index, strip.strips.stored(), strip.stored, room);
  return &room;
}

std::span<const float> row_of(const StoredStrip& strip, Index row) {
  const auto cols = static_cast<std::size_t>(strip.strips.cols());
  return strip.values.subspan(static_cast<std::size_t>(row) * cols, cols);
}

void pack_rows(PackedMatrix& matrix, const StoredStrip& strip) {
  const Index first = strip.strips.first_row(strip.index);
  const Index count = strip.strips.rows(strip.index);
  Q8Strip room;
  if (const Q8Strip* q8 = q8_of(matrix, strip, room)) {
    matrix.set_rows(first, count, q8->scales.data(), q8->values.data());
    return;
  }
  if (!strip.halves.empty()) {
    matrix.set_row(first, strip.halves);
    return;
  }
  for (Index row = 0; row < count; ++row) {
    matrix.set_rows(first + row, row_of(strip, row));
  }
}

/// first: the column for the first of the strips.
void pack_column(PackedMatrix& matrix, const StoredStrip& strip, Index first) {
  const Index column = first + strip.strips.first_row(strip.index);
  Q8Strip room;
  if (const Q8Strip* q8 = q8_of(matrix, strip, room)) {
    matrix.set_column(column, q8->scales.data(), q8->values.data());
  } else if (!strip.halves.empty()) {
    matrix.set_column(column, strip.halves);
  } else {
    matrix.set_column(column, strip.values);
  }
}

/// rows, cols: of the matrix; the strips are its rows, or its columns.
StripStore packing(PackedMatrix& matrix, Index rows, Index cols, const Strips& strips) {
  matrix = PackedMatrix(rows, cols, strips.format());
  if (strips.kind() == TensorKind::kProjection) {
    return [&matrix](const StoredStrip& strip) { pack_rows(matrix, strip); };
  }
  return [&matrix](const StoredStrip& strip) { pack_column(matrix, strip, 0); };
}

/// The same of some columns of a matrix, each a row of the tensor, which is [out, in]. The first
/// of the parts that is opened makes room for all.
StripStore packing_part(PackedMatrix& matrix, Index cols, Index first, const Strips& strips) {
  if (matrix.cols() == 0) {
    matrix = PackedMatrix(strips.cols(), cols, strips.format());
  } else if (matrix.format() != strips.format()) {
    throw Error(ErrorCode::kWeights,
                "q_proj, k_proj and v_proj of a layer are in different formats, of which one is "
                "8-bit; expected one for all three");
  }
  return [&matrix, first](const StoredStrip& strip) { pack_column(matrix, strip, first); };
}

class SlotList {
 public:
  void add(std::string name, Vector& vector, Index size) {
    add(std::move(name), TensorKind::kVector, 1, size,
        [&vector, size](const Strips&) { return storing(vector, size); });
  }

  void add_embedding(std::string name, PackedMatrix& matrix, Index count, Index width) {
    add(std::move(name), TensorKind::kEmbedding, count, width,
        [&matrix, count, width](const Strips& strips) {
          return packing(matrix, width, count, strips);
        });
  }

  void add_head(std::string name, std::optional<PackedMatrix>& matrix, Index count, Index width,
                bool required) {
    add(std::move(name), TensorKind::kEmbedding, count, width,
        [&matrix, count, width](const Strips& strips) {
          return packing(matrix.emplace(), width, count, strips);
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
        [&weight, in, out](const Strips& strips) { return packing(weight, in, out, strips); });
    add(name + ".bias", projection.bias, out);
  }

  /// [out, in], `cols` columns of the matrix from `first` on.
  void add_part(std::string name, PackedMatrix& matrix, Index cols, Index first, Index in,
                Index out) {
    add(std::move(name), TensorKind::kEmbedding, out, in,
        [&matrix, cols, first](const Strips& strips) {
          return packing_part(matrix, cols, first, strips);
        });
  }

  /// Of GPT-Neo: [out, in].
  void add_linear(const std::string& name, ProjectionWeights& projection, Index in, Index out) {
    add_part(name + ".weight", projection.weight, out, 0, in, out);
    add(name + ".bias", projection.bias, out);
  }

  std::vector<TensorSlot> take() { return std::move(slots_); }

 private:
  void add(std::string name, TensorKind kind, Index rows, Index cols,
           std::function<StripStore(const Strips&)> open) {
    slots_.push_back({{std::move(name), kind, rows, cols}, std::move(open)});
  }

  std::vector<TensorSlot> slots_;
};

void add_gpt2_block(SlotList& slots, const std::string& prefix, const Config& config,
                    BlockWeights& block) {
  const Index D = config.d_model;
  slots.add(prefix + "ln_1", block.ln_1, D);
  slots.add(prefix + "attn.c_attn", block.attn_c_attn, D, 3 * D);
  slots.add(prefix + "attn.c_proj", block.attn_c_proj, D, D);
  slots.add(prefix + "ln_2", block.ln_2, D);
  slots.add(prefix + "mlp.c_fc", block.mlp_c_fc, D, config.d_mlp);
  slots.add(prefix + "mlp.c_proj", block.mlp_c_proj, config.d_mlp, D);
}

void add_gpt_neo_block(SlotList& slots, const std::string& prefix, const Config& config,
                       BlockWeights& block) {
  const Index D = config.d_model;
  const std::string attention = prefix + "attn.attention.";
  slots.add(prefix + "ln_1", block.ln_1, D);
  Index first = 0;
  for (const char* part : {"q_proj", "k_proj", "v_proj"}) {
    slots.add_part(attention + part + ".weight", block.attn_c_attn.weight, 3 * D, first, D, D);
    first += D;
  }
  slots.add_linear(attention + "out_proj", block.attn_c_proj, D, D);
  slots.add(prefix + "ln_2", block.ln_2, D);
  slots.add_linear(prefix + "mlp.c_fc", block.mlp_c_fc, D, config.d_mlp);
  slots.add_linear(prefix + "mlp.c_proj", block.mlp_c_proj, config.d_mlp, D);
}

void fill(Vector& bias, Index size) {
  if (bias.size() == 0) {
    bias = Vector::Zero(size);
  }
}

}  // namespace

std::vector<std::uint64_t> TensorShape::sizes() const {
  const auto width = static_cast<std::uint64_t>(cols);
  return kind == TensorKind::kVector ? std::vector{width}
                                     : std::vector{static_cast<std::uint64_t>(rows), width};
}

std::span<const float> numbers_of(const StoredStrip& strip, std::vector<float>& room) {
  if (strip.halves.empty() && strip.q8 == nullptr) {
    return strip.values;
  }
  room.resize(static_cast<std::size_t>(strip.strips.rows(strip.index) * strip.strips.cols()));
  if (strip.q8 != nullptr) {
    widen_q8(strip.strips, strip.index, *strip.q8, room.data());
  } else {
    widen(DType::kF16, std::as_bytes(strip.halves), room.data());
  }
  return room;
}

std::vector<TensorSlot> tensor_slots(const Config& config, Weights& weights) {
  const Index D = config.d_model;
  SlotList slots;
  slots.add_embedding("wte.weight", weights.wte, config.vocab_size, D);
  slots.add_embedding("wpe.weight", weights.wpe, config.n_positions, D);
  weights.h.resize(static_cast<std::size_t>(config.n_layer));
  for (std::size_t layer = 0; layer < weights.h.size(); ++layer) {
    const std::string prefix = "h." + std::to_string(layer) + ".";
    const auto add_block =
        config.layout == TensorLayout::kGptNeo ? add_gpt_neo_block : add_gpt2_block;
    add_block(slots, prefix, config, weights.h[layer]);
  }
  slots.add("ln_f", weights.ln_f, D);
  slots.add_head("lm_head.weight", weights.lm_head, config.vocab_size, D, !config.tied_embeddings);
  return slots.take();
}

void fill_missing_biases(const Config& config, Weights& weights) {
  const Index D = config.d_model;
  for (BlockWeights& block : weights.h) {
    fill(block.ln_1.bias, D);
    fill(block.attn_c_attn.bias, 3 * D);
    fill(block.attn_c_proj.bias, D);
    fill(block.ln_2.bias, D);
    fill(block.mlp_c_fc.bias, config.d_mlp);
    fill(block.mlp_c_proj.bias, D);
  }
  fill(weights.ln_f.bias, D);
}

std::vector<TensorShape> tensor_shapes(const Config& config) {
  Weights unused;
  std::vector<TensorShape> shapes;
  for (TensorSlot& slot : tensor_slots(config, unused)) {
    shapes.push_back(std::move(slot.shape));
  }
  return shapes;
}

}  // namespace patchboard
