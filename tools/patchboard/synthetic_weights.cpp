#include "tools/patchboard/synthetic_weights.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>
#include <vector>

#include "core/weights/safetensors_header.h"
#include "core/weights/tensor_slots.h"
#include "tools/patchboard/irwin_hall.h"

namespace patchboard {
namespace {

static_assert(std::endian::native == std::endian::little, "safetensors are little-endian");

constexpr std::size_t kPieceValues = std::size_t{1} << 16;

struct Initialisation {
  double mean = 0;
  double standard_deviation = 0.02;
};

/// Every tensor, one after another in F32.
std::vector<TensorEntry> entries_of(const Config& config) {
  std::vector<TensorEntry> entries;
  std::uint64_t begin = 0;
  for (const TensorShape& shape : tensor_shapes(config)) {
    if (shape.required) {
      const auto count = static_cast<std::uint64_t>(shape.rows * shape.cols);
      const std::uint64_t end = begin + count * sizeof(float);
      entries.push_back({shape.name, DType::kF32, "F32", shape.sizes(), begin, end});
      begin = end;
    }
  }
  return entries;
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
  const std::vector<TensorEntry> entries = entries_of(config);
  const std::uint64_t total = entries.back().end;
  out << safetensors_head(entries);
  for (std::uint32_t stream = 0; stream < entries.size(); ++stream) {
    const TensorEntry& entry = entries[stream];
    IrwinHall numbers(seed, stream);
    write_values(out, (entry.end - entry.begin) / sizeof(float), numbers,
                 initialisation_of(entry.name, config));
    progress(entry.end, total);
  }
}

}  // namespace patchboard
