#include "core/weights/tensor_slots.h"

#include <utility>

namespace patchboard {
namespace {

class SlotList {
 public:
  void add(std::string name, Vector& vector, Index size) {
    slots_.push_back({std::move(name), {static_cast<std::uint64_t>(size)}, true, [&vector, size] {
                        vector.resize(size);
                        return vector.data();
                      }});
  }

  void add(std::string name, Matrix& matrix, Index rows, Index cols) {
    slots_.push_back({std::move(name),
                      {static_cast<std::uint64_t>(rows), static_cast<std::uint64_t>(cols)},
                      true,
                      [&matrix, rows, cols] {
                        matrix.resize(rows, cols);
                        return matrix.data();
                      }});
  }

  void add(const std::string& name, LayerNormWeights& norm, Index size) {
    add(name + ".weight", norm.weight, size);
    add(name + ".bias", norm.bias, size);
  }

  void add(const std::string& name, ProjectionWeights& projection, Index in, Index out) {
    add(name + ".weight", projection.weight, in, out);
    add(name + ".bias", projection.bias, out);
  }

  void add_optional(std::string name, std::optional<Matrix>& matrix, Index rows, Index cols) {
    slots_.push_back({std::move(name),
                      {static_cast<std::uint64_t>(rows), static_cast<std::uint64_t>(cols)},
                      false,
                      [&matrix, rows, cols] { return matrix.emplace(rows, cols).data(); }});
  }

  std::vector<TensorSlot> take() { return std::move(slots_); }

 private:
  std::vector<TensorSlot> slots_;
};

}  // namespace

std::vector<TensorSlot> tensor_slots(const Config& config, Weights& weights) {
  const Index D = config.d_model;
  SlotList slots;
  slots.add("wte.weight", weights.wte, config.vocab_size, D);
  slots.add("wpe.weight", weights.wpe, config.n_positions, D);
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
  slots.add_optional("lm_head.weight", weights.lm_head, config.vocab_size, D);
  return slots.take();
}

}  // namespace patchboard
