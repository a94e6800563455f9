#include "core/weights/weight_loader.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/error.h"
#include "core/weights/tensor_slots.h"

namespace patchboard {
namespace {

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

std::uint64_t size_of(const TensorShape& shape) {
  return static_cast<std::uint64_t>(shape.rows) * static_cast<std::uint64_t>(shape.cols);
}

/// Whether they hold the same values in the same numbers.
bool are_same(const PackedMatrix& a, const PackedMatrix& b) {
  if (a.format() != b.format() || a.rows() != b.rows() || a.cols() != b.cols()) {
    return false;
  }
  std::vector<float> left(static_cast<std::size_t>(a.rows()));
  std::vector<float> right(left.size());
  for (Index column = 0; column < a.cols(); ++column) {
    a.get_column(column, left);
    b.get_column(column, right);
    if (left != right) {
      return false;
    }
  }
  return true;
}

void require_addressable(double bytes) {
  constexpr double kMega = 1e6;
  const double limit = 2.0 * static_cast<double>(std::numeric_limits<Index>::max());
  if (bytes > limit) {
    throw Error(ErrorCode::kConfig,
                "config.json: a model of " + std::to_string(std::llround(bytes / kMega)) +
                    " MB does not fit into the memory that this build can address (" +
                    std::to_string(std::llround(limit / kMega)) +
                    " MB); f16 and q8_0 weights take a half and a quarter of what f32 takes");
  }
}

/// The config, where its weights can be addressed in the smallest numbers that a file may have.
Config addressable(const Config& config) {
  require_addressable(static_cast<double>(config.parameter_count()) *
                      bytes_a_weight(WeightFormat::kQ8));
  return config;
}

}  // namespace

WeightLoader::WeightLoader(const Config& config, WeightFormat format,
                           std::vector<std::string> files)
    : config_(addressable(config)),
      weights_(std::make_unique<Weights>()),
      reader_(
          config, format, std::move(files),
          [this](std::span<const WeightReader::Tensor> tensors) { open(tensors); },
          [this](const WeightReader::Tensor& tensor, const StoredStrip& strip) {
            stores_.at(tensor.name)(strip);
            if (keep_) {
              keep_->add(strip);
            }
          }) {}

void WeightLoader::open(std::span<const WeightReader::Tensor> tensors) {
  std::map<std::string, TensorSlot> slots;
  for (TensorSlot& slot : tensor_slots(config_, *weights_)) {
    const std::string name = slot.shape.name;
    slots.emplace(name, std::move(slot));
  }
  for (const WeightReader::Tensor& tensor : tensors) {
    if (tensor.strips) {
      bytes_ += static_cast<double>(size_of(slots.at(tensor.name).shape)) *
                bytes_a_weight(tensor.strips->format());
    }
  }
  require_addressable(bytes_);
  for (const WeightReader::Tensor& tensor : tensors) {
    if (tensor.strips) {
      stores_[tensor.name] = slots.at(tensor.name).open(*tensor.strips);
      if (is_block(tensor.entry.dtype)) {
        quantized_[tensor.entry.dtype] += size_of(slots.at(tensor.name).shape);
      }
    }
  }
  if (keep_) {
    keep_->begin(tensors);
  }
}

void WeightLoader::feed(std::span<const std::byte> bytes) {
  kept_.clear();
  reader_.feed(bytes);
}

void WeightLoader::take_header(FileHeader header, std::span<const std::byte> bytes) {
  kept_.clear();
  reader_.take_header(std::move(header));
  reader_.feed(bytes);
}

std::uint64_t WeightLoader::continue_from(const std::string& source_header) {
  const Continuation continuation = reader_.continue_from(source_header);
  keep_.emplace(kept_).skip(continuation.overlap);
  return continuation.position;
}

DType WeightLoader::quantization() const {
  const auto most =
      std::ranges::max_element(quantized_, {}, [](const auto& of) { return of.second; });
  return most == quantized_.end() ? DType::kOther : most->first;
}

Weights WeightLoader::finish() {
  reader_.finish();
  std::optional<PackedMatrix>& head = weights_->lm_head;
  if (head && are_same(*head, weights_->wte)) {
    head.reset();
  }
  fill_missing_biases(config_, *weights_);
  return std::move(*weights_);
}

}  // namespace patchboard
