#include "core/weights/weight_reader.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <utility>

#include "core/error.h"
#include "core/math/half.h"
#include "core/weights/gather.h"
#include "core/weights/safetensors_header.h"

namespace patchboard {
namespace {

float largest_of(const Strips& strips) {
  const bool halves = strips.format() == WeightFormat::kF16 && strips.kind() != TensorKind::kVector;
  return halves ? simd::kLargestHalf : std::numeric_limits<float>::max();
}

/// Whether none of them is an infinity or NaN.
bool are_finite(std::span<const std::int16_t> halves) {
  constexpr int kExponent = 0x7C00;
  bool finite = true;  // not all_of, which a compiler does not vectorise
  for (const std::int16_t half : halves) {
    finite &= (half & kExponent) != kExponent;
  }
  return finite;
}

/// Also false for NaN.
bool are_within(std::span<const float> values, float largest) {
  bool within = true;  // not all_of, which a compiler does not vectorise
  for (const float value : values) {
    within &= std::abs(value) <= largest;
  }
  return within;
}

bool is_copy(const WeightReader::Tensor& copy, const WeightReader::Tensor& tensor) {
  return copy.name == tensor.name && copy.strips && tensor.strips &&
         copy.strips->kind() == tensor.strips->kind() &&
         copy.strips->from() == tensor.strips->stored();
}

}  // namespace

WeightReader::WeightReader(const Config& config, WeightFormat format,
                           std::vector<std::string> files, OnTensors on_tensors, OnStrip on_strip)
    : files_(std::move(files)),
      on_tensors_(std::move(on_tensors)),
      on_strip_(std::move(on_strip)),
      matcher_(config, format),
      matcher_before_(matcher_),
      header_reader_(file()) {}

void WeightReader::refuse(const std::string& what) const {
  throw Error(ErrorCode::kWeights, file() + ": " + what);
}

void WeightReader::feed(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    if (header_) {
      feed_data(*header_, bytes);
    } else if (auto header = header_reader_.feed(bytes)) {
      take_header(std::move(*header));
    }
  }
}

void WeightReader::take_header(FileHeader header) {
  tensors_ = tensors_of(header);
  header.model.reset();
  on_tensors_(tensors_);
  header_ = std::move(header);
  skip_finished_tensors();
}

std::vector<MatchedTensor> WeightReader::tensors_of(FileHeader& header) {
  std::vector<MatchedTensor> tensors = match(std::exchange(header.tensors, {}));
  if (header.is_scattered) {
    std::erase_if(tensors, [](const Tensor& tensor) { return !tensor.strips; });
  }
  return tensors;
}

std::vector<MatchedTensor> WeightReader::match(const std::vector<TensorEntry>& entries) {
  try {
    return matcher_.match(entries,
                          {.is_only = files_.size() == 1, .is_last = file_ + 1 == files_.size()});
  } catch (const std::range_error& refusal) {
    refuse(refusal.what());
  }
}

void WeightReader::feed_data(const FileHeader& header, std::span<const std::byte>& bytes) {
  if (current_ == tensors_.size()) {
    skip_padding(header, bytes);
    return;
  }
  const Tensor& tensor = tensors_[current_];
  if (position_ < tensor.entry.begin) {  // what aligns it, or stands before it
    const auto skipped = static_cast<std::size_t>(
        std::min<std::uint64_t>(bytes.size(), tensor.entry.begin - position_));
    position_ += skipped;
    bytes = bytes.subspan(skipped);
  }
  if (const Group together = group(); !together.is_plain) {
    feed_group(together, bytes);
    return;
  }
  const auto taken =
      static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), tensor.entry.end - position_));
  if (tensor.strips) {
    feed_strips(tensor, *tensor.strips, bytes.first(taken));
  }
  position_ += taken;
  bytes = bytes.subspan(taken);
  skip_finished_tensors();
}

WeightReader::Group WeightReader::group() const {
  const TensorEntry& first = tensors_[current_].entry;
  Group group{.end_tensor = current_ + 1, .end = first.end, .is_plain = first.strides.empty()};
  while (group.end_tensor < tensors_.size() && tensors_[group.end_tensor].entry.begin < group.end) {
    group.end = std::max(group.end, tensors_[group.end_tensor++].entry.end);
    group.is_plain = false;
  }
  return group;
}

void WeightReader::feed_group(const Group& group, std::span<const std::byte>& bytes) {
  const auto taken =
      static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), group.end - position_));
  spanned_.insert(spanned_.end(), bytes.begin(),
                  bytes.begin() + static_cast<std::ptrdiff_t>(taken));
  position_ += taken;
  bytes = bytes.subspan(taken);
  if (position_ < group.end) {
    return;
  }
  const std::uint64_t begin = tensors_[current_].entry.begin;
  const std::vector<std::byte> spanned = std::exchange(spanned_, {});
  for (; current_ < group.end_tensor; ++current_) {
    const Tensor& tensor = tensors_[current_];
    const auto own =
        std::span(spanned).subspan(static_cast<std::size_t>(tensor.entry.begin - begin),
                                   static_cast<std::size_t>(tensor.entry.end - tensor.entry.begin));
    strip_ = 0;
    if (tensor.strips) {
      feed_strips(tensor, *tensor.strips, gathered(tensor.entry, own));
    }
  }
  strip_ = 0;
}

std::optional<std::uint64_t> WeightReader::next_wanted() {
  if (!header_) {
    throw Error(ErrorCode::kState, "too early: the header of " + file() + " is not whole");
  }
  if (current_ == tensors_.size()) {
    return std::nullopt;
  }
  position_ = std::max(position_, tensors_[current_].entry.begin);
  return header_->data_begin + position_;
}

void WeightReader::skip_padding(const FileHeader& header, std::span<const std::byte>& bytes) {
  if (header.is_scattered) {
    bytes = {};
    return;
  }
  const std::uint64_t padded = aligned(end(), header.alignment);
  const auto skipped =
      static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), padded - position_));
  position_ += skipped;
  bytes = bytes.subspan(skipped);
  if (!bytes.empty()) {
    refuse(std::to_string(bytes.size()) +
           " or more bytes after the last tensor, which ends at byte " +
           std::to_string(header.data_begin + end()));
  }
}

void WeightReader::begin_file() {
  ++file_;
  matcher_before_ = matcher_;
  header_reader_ = HeaderReader(file());
  header_.reset();
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

/// Whether a strip needs no other numbers than the file's: then they are in halves_.
bool WeightReader::take_halves(const Strips& strips, std::span<const std::byte> bytes) {
  if (strips.format() != WeightFormat::kF16 || strips.kind() == TensorKind::kVector ||
      strips.from() != DType::kF16) {
    return false;
  }
  halves_.resize(bytes.size() / sizeof(std::int16_t));
  std::memcpy(halves_.data(), bytes.data(), bytes.size());
  return are_finite(halves_);
}

/// Whether a strip is q8 in the file and in memory, and surely finite: then it is in q8_.
bool WeightReader::take_q8(const Strips& strips, std::span<const std::byte> bytes) {
  constexpr float kLargestScale = std::numeric_limits<float>::max() / 128;
  if (strips.kind() == TensorKind::kVector || !fits_q8(strips.from())) {
    return false;
  }
  read_q8(strips, strip_, strips.from(), bytes, q8_);
  return are_within(q8_.scales, kLargestScale);
}

void WeightReader::take_strip(const Tensor& tensor, const Strips& strips,
                              std::span<const std::byte> bytes) {
  if (take_halves(strips, bytes)) {
    on_strip_(
        tensor,
        {.strips = strips, .index = strip_, .values = {}, .halves = halves_, .stored = bytes});
    ++strip_;
    return;
  }
  if (take_q8(strips, bytes)) {
    on_strip_(tensor, {.strips = strips,
                       .index = strip_,
                       .values = {},
                       .halves = {},
                       .q8 = &q8_,
                       .stored = bytes});
    ++strip_;
    return;
  }
  values_.resize(static_cast<std::size_t>(strips.rows(strip_) * strips.cols()));
  strips.widen(strip_, bytes, values_.data());
  const float largest = largest_of(strips);
  if (!are_within(values_, largest)) {
    const auto bad =
        std::ranges::find_if_not(values_, [&](float value) { return std::abs(value) <= largest; });
    const Index element = strips.first_row(strip_) * strips.cols() + (bad - values_.begin());
    refuse("`" + tensor.entry.name + "`: element " + std::to_string(element) + " is " +
           std::to_string(*bad) +
           (std::isfinite(*bad) ? ", beyond f16, which ends at 65504; load it as f32"
                                : ", expected a finite number"));
  }
  StoredStrip strip{.strips = strips,
                    .index = strip_,
                    .values = values_,
                    .halves = {},
                    .q8 = nullptr,
                    .stored = bytes};
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
  if (!header_) {
    throw Error(ErrorCode::kState,
                "too early: the kept copy of " + file() + " ends inside its header");
  }
  const std::vector<Tensor> kept = std::exchange(tensors_, {});
  matcher_ = matcher_before_;
  header_ = read_header_text(header, file());
  tensors_ = tensors_of(*header_);
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
  const std::uint64_t again = header_->is_scattered ? return_to_group() : 0;
  position_ = end();
  if (current_ < tensors_.size()) {
    const auto& [entry, name, strips] = tensors_[current_];
    position_ = entry.begin + (strips ? strips->offset(strips->from(), strip_) : 0);
  }
  const std::uint64_t overlap = again + partial_.size();
  partial_.clear();
  return {.position = header_->data_begin + position_, .overlap = overlap};
}

std::uint64_t WeightReader::return_to_group() {
  const std::size_t reached = current_;
  if (reached == tensors_.size()) {
    return 0;
  }
  Group together{};
  for (current_ = 0; (together = group()).end_tensor <= reached;) {
    current_ = together.end_tensor;
  }
  if (together.is_plain) {
    return 0;
  }
  std::uint64_t again = 0;
  for (std::size_t i = current_; i <= reached; ++i) {
    if (const std::optional<Strips>& strips = tensors_[i].strips) {
      again += i < reached ? strips->total_bytes(strips->stored())
                           : strips->offset(strips->stored(), strip_);
    }
  }
  strip_ = 0;
  return again;
}

void WeightReader::end_file() {
  finish();
  if (file_ + 1 < files_.size()) {
    begin_file();
  }
}

void WeightReader::finish() const {
  if (!header_) {
    header_reader_.refuse_end();
  }
  if (current_ < tensors_.size()) {
    const TensorEntry& entry = tensors_[current_].entry;
    refuse("the file ends at byte " + std::to_string(header_->data_begin + position_) +
           ", inside `" + entry.name + "`, " + std::to_string(end() - position_) +
           " bytes too early");
  }
}

}  // namespace patchboard
