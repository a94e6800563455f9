#include "core/weights/weight_reader.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "core/error.h"
#include "core/input/text_input.h"
#include "core/math/half.h"

namespace patchboard {
namespace {

constexpr std::string_view kHead = "lm_head.weight";

std::string without_prefix(const std::string& name) {
  constexpr std::string_view kPrefix = "transformer.";
  return name.starts_with(kPrefix) ? name.substr(kPrefix.size()) : name;
}

/// The causal masks, which older files carry as tensors.
bool is_mask_buffer(const std::string& name) {
  return name.starts_with("h.") &&
         (name.ends_with(".attn.bias") || name.ends_with(".attn.masked_bias"));
}

float largest_of(const Strips& strips, WeightFormat format) {
  const bool halves = format == WeightFormat::kF16 && strips.kind() != TensorKind::kVector;
  return halves ? simd::kLargestHalf : std::numeric_limits<float>::max();
}

/// Also false for NaN.
bool are_within(std::span<const float> values, float largest) {
  bool within = true;  // not all_of, which a compiler does not vectorise
  for (const float value : values) {
    within &= std::abs(value) <= largest;
  }
  return within;
}

std::map<std::string, TensorShape> shapes_by_name(const Config& config) {
  std::map<std::string, TensorShape> shapes;
  for (TensorShape& shape : tensor_shapes(config)) {
    const std::string name = shape.name;
    shapes.emplace(name, std::move(shape));
  }
  return shapes;
}

bool is_copy(const WeightReader::Tensor& copy, const WeightReader::Tensor& tensor) {
  return copy.name == tensor.name && copy.strips && tensor.strips &&
         copy.strips->from() == tensor.strips->stored();
}

}  // namespace

WeightReader::WeightReader(const Config& config, WeightFormat format,
                           std::vector<std::string> files, OnTensors on_tensors, OnStrip on_strip)
    : config_(config),
      format_(format),
      files_(std::move(files)),
      on_tensors_(std::move(on_tensors)),
      on_strip_(std::move(on_strip)),
      missing_(shapes_by_name(config)),
      missing_before_(missing_) {}

void WeightReader::refuse(const std::string& what) const {
  throw Error(ErrorCode::kWeights, file() + ": " + what);
}

void WeightReader::feed(std::span<const std::byte> bytes) {
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

void WeightReader::feed_length(std::span<const std::byte>& bytes) {
  const std::size_t taken = std::min(bytes.size(), length_.size() - length_size_);
  std::memcpy(length_.data() + length_size_, bytes.data(), taken);
  length_size_ += taken;
  bytes = bytes.subspan(taken);
  if (length_size_ < length_.size()) {
    return;
  }
  std::memcpy(&header_bytes_, length_.data(), sizeof header_bytes_);
  if (is_lfs_start({reinterpret_cast<const char*>(length_.data()), length_.size()})) {
    refuse(std::string(kLfsPointer));
  }
  if (header_bytes_ == 0 || header_bytes_ > kMaxHeaderBytes) {
    refuse("the first 8 bytes give a header of " + std::to_string(header_bytes_) +
           " bytes, expected 1 to " + std::to_string(kMaxHeaderBytes) +
           "; is this a safetensors file?");
  }
  state_ = State::kHeader;
}

void WeightReader::feed_header(std::span<const std::byte>& bytes) {
  const auto taken = static_cast<std::size_t>(
      std::min<std::uint64_t>(bytes.size(), header_bytes_ - header_.size()));
  header_.append(reinterpret_cast<const char*>(bytes.data()), taken);
  bytes = bytes.subspan(taken);
  if (header_.size() == header_bytes_) {
    tensors_ = match(header_);
    on_tensors_(tensors_);
    state_ = State::kData;
    skip_finished_tensors();
  }
}

std::vector<WeightReader::Tensor> WeightReader::match(const std::string& header) {
  std::vector<Tensor> tensors;
  for (TensorEntry& entry : parse_safetensors_header(header, file())) {
    tensors.push_back(match_entry(std::move(entry)));
  }
  if (file_ + 1 == files_.size()) {
    for (const auto& [name, shape] : missing_) {
      if (shape.required) {
        refuse("`" + name + "` is missing, expected a tensor of shape " +
               shape_text(shape.sizes()) +
               (name == kHead ? ", as config.json says \"tie_word_embeddings\": false" : ""));
      }
    }
  }
  return tensors;
}

WeightReader::Tensor WeightReader::match_entry(TensorEntry entry) {
  Tensor tensor{.entry = std::move(entry), .name = {}, .strips = {}};
  tensor.name = without_prefix(tensor.entry.name);
  const auto found = missing_.extract(tensor.name);
  const std::string quoted = "`" + tensor.entry.name + "`: ";
  if (found.empty()) {
    if (is_mask_buffer(tensor.name)) {
      return tensor;
    }
    refuse("`" + tensor.entry.name + "` is not a tensor of this GPT-2, or is there twice");
  }
  const TensorShape& shape = found.mapped();
  const DType dtype = tensor.entry.dtype;
  if (dtype == DType::kOther || (dtype == DType::kQ8 && shape.kind == TensorKind::kVector)) {
    refuse(quoted + "dtype " + tensor.entry.dtype_name + ", expected F32, F16 or BF16");
  }
  tensor.strips = Strips(shape.kind, shape.rows, shape.cols, dtype, format_);
  if (tensor.entry.shape != tensor.strips->shape(dtype)) {
    refuse(quoted + "shape " + shape_text(tensor.entry.shape) + ", expected " +
           shape_text(tensor.strips->shape(dtype)) +
           (dtype == DType::kQ8 ? " for " + shape_text(shape.sizes()) + " in q8" : ""));
  }
  return tensor;
}

void WeightReader::feed_data(std::span<const std::byte>& bytes) {
  if (current_ == tensors_.size()) {
    refuse(std::to_string(bytes.size()) +
           " or more bytes after the last tensor, which ends at byte " +
           std::to_string(length_.size() + header_bytes_ + position_));
  }
  const Tensor& tensor = tensors_[current_];
  const auto taken =
      static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), tensor.entry.end - position_));
  if (tensor.strips) {
    feed_strips(tensor, *tensor.strips, bytes.first(taken));
  }
  position_ += taken;
  bytes = bytes.subspan(taken);
  skip_finished_tensors();
}

void WeightReader::begin_file() {
  ++file_;
  missing_before_ = missing_;
  state_ = State::kLength;
  length_size_ = 0;
  header_.clear();
  current_ = 0;
  position_ = 0;
}

void WeightReader::feed_strips(const Tensor& tensor, const Strips& strips,
                               std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const auto size = static_cast<std::size_t>(strips.bytes(strips.from(), strip_));
    if (partial_.empty() && bytes.size() >= size) {
      take_strip(tensor, strips, bytes.first(size));
      bytes = bytes.subspan(size);
      continue;
    }
    const std::size_t taken = std::min(bytes.size(), size - partial_.size());
    partial_.insert(partial_.end(), bytes.begin(),
                    bytes.begin() + static_cast<std::ptrdiff_t>(taken));
    bytes = bytes.subspan(taken);
    if (partial_.size() == size) {
      take_strip(tensor, strips, partial_);
      partial_.clear();
    }
  }
}

void WeightReader::take_strip(const Tensor& tensor, const Strips& strips,
                              std::span<const std::byte> bytes) {
  values_.resize(static_cast<std::size_t>(strips.rows(strip_) * strips.cols()));
  strips.widen(strip_, bytes, values_.data());
  const float largest = largest_of(strips, format_);
  if (!are_within(values_, largest)) {
    const auto bad =
        std::ranges::find_if_not(values_, [&](float value) { return std::abs(value) <= largest; });
    const Index element = strips.first_row(strip_) * strips.cols() + (bad - values_.begin());
    refuse("`" + tensor.entry.name + "`: element " + std::to_string(element) + " is " +
           std::to_string(*bad) +
           (std::isfinite(*bad) ? ", beyond f16, which ends at 65504; load it as f32"
                                : ", expected a finite number"));
  }
  StoredStrip strip{.strips = strips, .index = strip_, .values = values_, .stored = bytes};
  if (strips.stored() != strips.from()) {
    stored_.resize(static_cast<std::size_t>(strips.bytes(strips.stored(), strip_)));
    strips.store(strip_, values_.data(), stored_);
    strip.stored = stored_;
  }
  on_strip_(tensor, strip);
  ++strip_;
}

void WeightReader::skip_finished_tensors() {
  while (current_ < tensors_.size() && tensors_[current_].entry.end == position_) {
    ++current_;
    strip_ = 0;
  }
}

Continuation WeightReader::continue_from(const std::string& header) {
  if (state_ != State::kData) {
    throw Error(ErrorCode::kState,
                "too early: the kept copy of " + file() + " ends inside its header");
  }
  const std::vector<Tensor> kept = std::exchange(tensors_, {});
  missing_ = missing_before_;
  tensors_ = match(header);
  header_ = header;
  header_bytes_ = header.size();
  std::size_t next = 0;  // of the copy
  std::size_t current = tensors_.size();
  for (std::size_t i = 0; i < tensors_.size(); ++i) {
    if (tensors_[i].strips) {
      if (next == kept.size() || !is_copy(kept[next], tensors_[i])) {
        refuse("`" + tensors_[i].entry.name + "` is not what the kept copy has in its place");
      }
      current = next++ == current_ ? i : current;
    }
  }
  current_ = current;
  position_ = tensors_.back().entry.end;
  if (current_ < tensors_.size()) {
    const auto& [entry, name, strips] = tensors_[current_];
    position_ = entry.begin + (strips ? strips->offset(strips->from(), strip_) : 0);
  }
  const std::uint64_t overlap = partial_.size();
  partial_.clear();
  return {.position = length_.size() + header_bytes_ + position_, .overlap = overlap};
}

void WeightReader::end_file() {
  finish();
  if (file_ + 1 < files_.size()) {
    begin_file();
  }
}

void WeightReader::finish() const {
  if (state_ == State::kLength) {
    if (length_size_ == 0) {
      refuse("the file is empty, expected 8 bytes of header length first");
    }
    refuse("the file ends after " + std::to_string(length_size_) +
           " bytes, expected 8 bytes of header length first");
  }
  if (state_ == State::kHeader) {
    refuse("the header should be " + std::to_string(header_bytes_) +
           " bytes long, but the file ends after " + std::to_string(header_.size()) + " of them");
  }
  if (current_ < tensors_.size()) {
    const TensorEntry& entry = tensors_[current_].entry;
    refuse("the file ends at byte " + std::to_string(length_.size() + header_bytes_ + position_) +
           ", inside `" + entry.name + "`, " +
           std::to_string(tensors_.back().entry.end - position_) + " bytes too early");
  }
}

}  // namespace patchboard
