#include "core/weights/weight_loader.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "core/error.h"
#include "core/math/half.h"
#include "core/weights/number_formats.h"
#include "core/weights/tensor_slots.h"

namespace patchboard {
namespace {

constexpr std::size_t kLengthBytes = 8;

[[noreturn]] void refuse(const std::string& what) {
  throw Error(ErrorCode::kWeights, "model.safetensors: " + what);
}

std::string without_prefix(const std::string& name) {
  constexpr std::string_view kPrefix = "transformer.";
  return name.starts_with(kPrefix) ? name.substr(kPrefix.size()) : name;
}

/// The causal masks, which older files carry as tensors.
bool is_mask_buffer(const std::string& name) {
  return name.starts_with("h.") &&
         (name.ends_with(".attn.bias") || name.ends_with(".attn.masked_bias"));
}

void require_fits(const TensorEntry& entry, const TensorSlot& slot) {
  if (entry.dtype == DType::kOther) {
    refuse("`" + entry.name + "`: dtype " + entry.dtype_name + ", expected F32, F16 or BF16");
  }
  if (entry.shape != slot.shape) {
    refuse("`" + entry.name + "`: shape " + shape_text(entry.shape) + ", expected " +
           shape_text(slot.shape));
  }
}

void require_none_missing(const std::map<std::string, TensorSlot>& left) {
  for (const auto& [name, slot] : left) {
    if (slot.required) {
      refuse("`" + name + "` is missing, expected a tensor of shape " + shape_text(slot.shape));
    }
  }
}

/// Finite, and a half where it will be one. first: the index of the first of `values`.
void require_representable(const TensorEntry& entry, std::uint64_t first,
                           std::span<const float> values, WeightFormat format) {
  const float largest =
      format == WeightFormat::kF16 ? simd::kLargestHalf : std::numeric_limits<float>::max();
  // Also false for NaN.
  const auto bad =
      std::ranges::find_if_not(values, [&](float value) { return std::abs(value) <= largest; });
  if (bad == values.end()) {
    return;
  }
  const std::string element =
      std::to_string(first + static_cast<std::uint64_t>(bad - values.begin()));
  refuse("`" + entry.name + "`: element " + element + " is " + std::to_string(*bad) +
         (std::isfinite(*bad) ? ", beyond f16, which ends at 65504; load it as f32"
                              : ", expected a finite number"));
}

double bytes_a_weight(WeightFormat format) {
  switch (format) {
    case WeightFormat::kF32:
      return 4;
    case WeightFormat::kF16:
      return 2;
    case WeightFormat::kQ8:
      break;
  }
  return 1 + 4.0 / static_cast<double>(PackedMatrix::kScaleGroup);
}

void require_addressable(const Config& config, WeightFormat format) {
  constexpr double kMega = 1e6;
  const double bytes = static_cast<double>(config.parameter_count()) * bytes_a_weight(format);
  const double limit = 2.0 * static_cast<double>(std::numeric_limits<Index>::max());
  if (bytes > limit) {
    throw Error(ErrorCode::kConfig,
                "config.json: a model of " + std::to_string(std::llround(bytes / kMega)) +
                    " MB does not fit into the memory that this build can address (" +
                    std::to_string(std::llround(limit / kMega)) +
                    " MB); f16 and q8 weights take a half and a quarter of what f32 takes");
  }
}

}  // namespace

WeightLoader::WeightLoader(const Config& config, WeightFormat format)
    : config_(config), format_(format) {
  require_addressable(config, format);
}

void WeightLoader::feed(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    switch (state_) {
      case State::kLength:
        feed_length(bytes);
        break;
      case State::kHeader:
        feed_header(bytes);
        break;
      case State::kData:
        feed_data(bytes);
        break;
    }
  }
}

void WeightLoader::feed_length(std::span<const std::byte>& bytes) {
  const std::size_t taken = std::min(bytes.size(), kLengthBytes - partial_size_);
  std::ranges::copy(bytes.first(taken),
                    partial_.begin() + static_cast<std::ptrdiff_t>(partial_size_));
  partial_size_ += taken;
  bytes = bytes.subspan(taken);
  if (partial_size_ < kLengthBytes) {
    return;
  }
  for (std::size_t i = 0; i < kLengthBytes; ++i) {
    header_bytes_ |= std::to_integer<std::uint64_t>(partial_[i]) << (8 * i);
  }
  if (header_bytes_ == 0 || header_bytes_ > kMaxHeaderBytes) {
    refuse("the first 8 bytes give a header of " + std::to_string(header_bytes_) +
           " bytes, expected 1 to " + std::to_string(kMaxHeaderBytes) +
           "; is this a safetensors file?");
  }
  partial_size_ = 0;
  state_ = State::kHeader;
}

void WeightLoader::feed_header(std::span<const std::byte>& bytes) {
  const auto taken = static_cast<std::size_t>(
      std::min<std::uint64_t>(bytes.size(), header_bytes_ - header_.size()));
  header_.append(reinterpret_cast<const char*>(bytes.data()), taken);
  bytes = bytes.subspan(taken);
  if (header_.size() == header_bytes_) {
    place_tensors();
    header_ = std::string();
    state_ = State::kData;
  }
}

void WeightLoader::place_tensors() {
  std::map<std::string, TensorSlot> slots;
  for (TensorSlot& slot : tensor_slots(config_, weights_, format_)) {
    slots.emplace(slot.name, std::move(slot));
  }
  std::vector<std::pair<TensorEntry, TensorSlot>> matched;
  for (TensorEntry& entry : parse_safetensors_header(header_)) {
    auto slot = slots.extract(without_prefix(entry.name));
    if (!slot.empty()) {
      require_fits(entry, slot.mapped());
      matched.emplace_back(std::move(entry), std::move(slot.mapped()));
    } else if (is_mask_buffer(without_prefix(entry.name))) {
      matched.emplace_back(std::move(entry), TensorSlot{});
    } else {
      refuse("`" + entry.name + "` is not a tensor of this GPT-2, or is there twice");
    }
  }
  require_none_missing(slots);
  // Only now, with every name and shape in order, is memory taken.
  for (auto& [entry, slot] : matched) {
    placements_.push_back({std::move(entry), std::nullopt});
    if (slot.open) {
      placements_.back().sink = slot.open();
    }
  }
  skip_finished_tensors();
}

void WeightLoader::feed_data(std::span<const std::byte>& bytes) {
  if (current_ == placements_.size()) {
    refuse(std::to_string(bytes.size()) +
           " or more bytes after the last tensor, which ends at byte " +
           std::to_string(kLengthBytes + header_bytes_ + position_));
  }
  Placement& placement = placements_[current_];
  const auto taken = static_cast<std::size_t>(
      std::min<std::uint64_t>(bytes.size(), placement.entry.end - position_));
  if (placement.sink) {
    convert(placement.entry, *placement.sink, bytes.first(taken));
  }
  position_ += taken;
  bytes = bytes.subspan(taken);
  skip_finished_tensors();
}

void WeightLoader::convert(const TensorEntry& entry, TensorSink& sink,
                           std::span<const std::byte> bytes) {
  constexpr std::size_t kPieceValues = 4096;
  const std::size_t size = bytes_per_element(entry.dtype);
  const std::size_t joined = complete_element(entry, sink, bytes);
  std::uint64_t element = (position_ + joined - entry.begin) / size;
  bytes = bytes.subspan(joined);
  while (bytes.size() >= size) {
    const std::size_t count = std::min(kPieceValues, bytes.size() / size);
    take_elements(entry, sink, element, bytes.first(count * size));
    bytes = bytes.subspan(count * size);
    element += count;
  }
  if (!bytes.empty()) {
    std::ranges::copy(bytes, partial_.begin());
    partial_size_ = bytes.size();
  }
}

/// first: the index of the first of these elements in the tensor.
void WeightLoader::take_elements(const TensorEntry& entry, TensorSink& sink, std::uint64_t first,
                                 std::span<const std::byte> bytes) {
  values_.resize(bytes.size() / bytes_per_element(entry.dtype));
  widen(entry.dtype, bytes, values_.data());
  require_representable(entry, first, values_, format_);
  sink.write(values_);
}

/// Joins the start of an element, kept from the piece before, with its end; returns the bytes used.
std::size_t WeightLoader::complete_element(const TensorEntry& entry, TensorSink& sink,
                                           std::span<const std::byte> bytes) {
  if (partial_size_ == 0) {
    return 0;
  }
  const std::size_t size = bytes_per_element(entry.dtype);
  const std::size_t taken = std::min(bytes.size(), size - partial_size_);
  std::ranges::copy(bytes.first(taken),
                    partial_.begin() + static_cast<std::ptrdiff_t>(partial_size_));
  partial_size_ += taken;
  if (partial_size_ == size) {
    take_elements(entry, sink, (position_ - entry.begin) / size, std::span(partial_).first(size));
    partial_size_ = 0;
  }
  return taken;
}

void WeightLoader::skip_finished_tensors() {
  while (current_ < placements_.size() && placements_[current_].entry.end == position_) {
    ++current_;
  }
}

Weights WeightLoader::finish() {
  if (state_ == State::kLength) {
    refuse("the file ends after " + std::to_string(partial_size_) +
           " bytes, expected 8 bytes of header length first");
  }
  if (state_ == State::kHeader) {
    refuse("the header should be " + std::to_string(header_bytes_) +
           " bytes long, but the file ends after " + std::to_string(header_.size()) + " of them");
  }
  if (current_ < placements_.size()) {
    const TensorEntry& entry = placements_[current_].entry;
    refuse("the file ends at byte " + std::to_string(kLengthBytes + header_bytes_ + position_) +
           ", inside `" + entry.name + "`, " +
           std::to_string(placements_.back().entry.end - position_) + " bytes too early");
  }
  return std::move(weights_);
}

}  // namespace patchboard
