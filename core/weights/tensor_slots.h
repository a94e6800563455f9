#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/weights/config.h"
#include "core/weights/strips.h"
#include "core/weights/weights.h"

namespace patchboard {

/// A strip of a tensor, as it arrived and as it is kept.
struct StoredStrip {
  const Strips& strips;
  Index index;
  std::span<const float> values;         ///< [rows, cols]; none where one of the next two is there
  std::span<const std::int16_t> halves;  ///< [rows, cols], where the file's are the matrix's own
  const Q8Strip* q8 = nullptr;           ///< the same in q8
  std::span<const std::byte> stored;
};

/// A strip's numbers, [rows, cols], whichever way they came. room: where halves and q8 are widened
/// to.
[[nodiscard]] std::span<const float> numbers_of(const StoredStrip& strip, std::vector<float>& room);

/// Puts a strip in its place.
using StripStore = std::function<void(const StoredStrip&)>;

/// What a published tensor is called, and its size.
struct TensorShape {
  std::string name;  ///< without the prefix `transformer.`
  TensorKind kind;
  Index rows;  ///< 1 for a vector
  Index cols;
  bool required = true;

  /// As a header gives it.
  [[nodiscard]] std::vector<std::uint64_t> sizes() const;
};

/// A place in Weights for one of them.
struct TensorSlot {
  TensorShape shape;
  /// Makes room, and returns what puts strips there. strips: of the tensor, as its file has it.
  std::function<StripStore(const Strips& strips)> open;
};

/// The slots of every tensor of a GPT-2 of this config, its matrices to be packed in the format of
/// their strips. `weights` must outlive them and stay where it is; nothing as large as a tensor is
/// allocated until a slot is opened.
[[nodiscard]] std::vector<TensorSlot> tensor_slots(const Config& config, Weights& weights);

/// What no tensor of the layout is for, or a file without any bias leaves out, becomes zeros.
void fill_missing_biases(const Config& config, Weights& weights);

/// The tensors alone.
[[nodiscard]] std::vector<TensorShape> tensor_shapes(const Config& config);

}  // namespace patchboard
