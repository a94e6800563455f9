#include "tools/patchboard/synthetic_weights.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/weights/tensor_slots.h"
#include "tools/patchboard/irwin_hall.h"

namespace patchboard {
namespace {

static_assert(std::endian::native == std::endian::little, "safetensors are little-endian");

using Json = nlohmann::ordered_json;

constexpr std::size_t kPieceValues = std::size_t{1} << 16;

/// One tensor of the file.
struct Tensor {
  std::string name;
  std::vector<std::uint64_t> shape;
  std::uint64_t count = 0;
};

struct Initialisation {
  double mean = 0;
  double standard_deviation = 0.02;
};

std::vector<Tensor> tensors_of(const Config& config) {
  std::vector<Tensor> tensors;
  Weights unused;
  for (const TensorSlot& slot : tensor_slots(config, unused, WeightFormat::kF32)) {
    if (slot.required) {
      std::uint64_t count = 1;
      for (const std::uint64_t size : slot.shape) {
        count *= size;
      }
      tensors.push_back({slot.name, slot.shape, count});
    }
  }
  return tensors;
}

Initialisation initialisation_of(const std::string& name, const Config& config) {
  if (name == "wpe.weight") {
    return {.standard_deviation = 0.01};
  }
  if (name.ends_with("c_proj.weight")) {
    return {.standard_deviation = 0.02 / std::sqrt(2.0 * static_cast<double>(config.n_layer))};
  }
  const bool is_gain = name.find("ln_") != std::string::npos && name.ends_with(".weight");
  return {.mean = is_gain ? 1.0 : 0.0};
}

/// The header's length and the header, filled with spaces so that the data is aligned to 8 bytes.
std::string header_of(const std::vector<Tensor>& tensors) {
  Json json = {{"__metadata__", {{"format", "pt"}}}};
  std::uint64_t begin = 0;
  for (const Tensor& tensor : tensors) {
    const std::uint64_t end = begin + tensor.count * sizeof(float);
    json[tensor.name] = {{"dtype", "F32"}, {"shape", tensor.shape}, {"data_offsets", {begin, end}}};
    begin = end;
  }
  std::string text = json.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  const std::uint64_t size = text.size();
  return std::string(reinterpret_cast<const char*>(&size), sizeof size) + text;
}

/// The factor is rounded to f32, so product and sum below are exact in f64 and only the last step
/// rounds: whether a compiler fuses them makes no difference.
void fill(std::vector<float>& values, IrwinHall& numbers, const Initialisation& initialisation) {
  const double factor =
      static_cast<float>(initialisation.standard_deviation / std::sqrt(IrwinHall::kVariance));
  for (float& value : values) {
    value = static_cast<float>(initialisation.mean + factor * numbers.next());
  }
}

void write_values(std::ostream& out, std::uint64_t count, IrwinHall& numbers,
                  const Initialisation& initialisation) {
  std::vector<float> piece;
  for (std::uint64_t left = count; left > 0 && out; left -= piece.size()) {
    piece.resize(std::min<std::uint64_t>(left, kPieceValues));
    fill(piece, numbers, initialisation);
    out.write(reinterpret_cast<const char*>(piece.data()),
              static_cast<std::streamsize>(piece.size() * sizeof(float)));
  }
}

}  // namespace

void write_synthetic_weights(std::ostream& out, const Config& config, std::uint32_t seed,
                             const WriteProgress& progress) {
  const std::vector<Tensor> tensors = tensors_of(config);
  const std::uint64_t total = config.parameter_count() * sizeof(float);
  out << header_of(tensors);
  std::uint64_t written = 0;
  for (std::uint32_t stream = 0; stream < tensors.size(); ++stream) {
    const Tensor& tensor = tensors[stream];
    IrwinHall numbers(seed, stream);
    write_values(out, tensor.count, numbers, initialisation_of(tensor.name, config));
    written += tensor.count * sizeof(float);
    progress(written, total);
  }
}

}  // namespace patchboard
