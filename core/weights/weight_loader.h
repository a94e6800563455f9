#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/weights/config.h"
#include "core/weights/safetensors_header.h"
#include "core/weights/tensor_sink.h"
#include "core/weights/weights.h"

namespace patchboard {

/// Reads `model.safetensors` from pieces of any size and puts every number in its place as it
/// arrives, converted to the format asked for. Never holds more of the file than its header and the
/// rows of a matrix that are packed at once.
///
/// Names may have the prefix `transformer.`; the mask buffers `h.*.attn.bias` and
/// `h.*.attn.masked_bias` are skipped; without `lm_head.weight` the unembedding is tied to `wte`.
class WeightLoader {
 public:
  /// format: in which matrices are kept.
  /// Errors: kConfig where the weights would be larger than this build can address.
  WeightLoader(const Config& config, WeightFormat format);

  /// The next bytes of the file.
  /// Errors: kWeights, naming the tensor or the byte: a malformed header, a wrong shape or dtype,
  /// missing or unknown tensors, values that are not finite or too large for f16, bytes after the
  /// last tensor.
  void feed(std::span<const std::byte> bytes);

  /// The weights, when the whole file was fed.
  /// Errors: kWeights where the file ended early, with the tensor and the bytes missing.
  [[nodiscard]] Weights finish();

 private:
  enum class State { kLength, kHeader, kData };

  /// Where one tensor's values go; nowhere for a buffer that is skipped.
  struct Placement {
    TensorEntry entry;
    std::optional<TensorSink> sink;
  };

  void feed_length(std::span<const std::byte>& bytes);
  void feed_header(std::span<const std::byte>& bytes);
  void feed_data(std::span<const std::byte>& bytes);
  void place_tensors();
  void convert(const TensorEntry& entry, TensorSink& sink, std::span<const std::byte> bytes);
  std::size_t complete_element(const TensorEntry& entry, TensorSink& sink,
                               std::span<const std::byte> bytes);
  void take_elements(const TensorEntry& entry, TensorSink& sink, std::uint64_t first,
                     std::span<const std::byte> bytes);
  void skip_finished_tensors();

  Config config_;
  WeightFormat format_;
  Weights weights_;
  State state_ = State::kLength;
  std::uint64_t header_bytes_ = 0;
  std::string header_;
  std::vector<Placement> placements_;
  std::size_t current_ = 0;             // the tensor being filled
  std::uint64_t position_ = 0;          // data bytes taken so far
  std::array<std::byte, 8> partial_{};  // a header length or an element cut by the end of a piece
  std::size_t partial_size_ = 0;
  std::vector<float> values_;  // of the piece under way
};

}  // namespace patchboard
