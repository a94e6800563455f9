#include "core/weights/strips.h"

#include <algorithm>
#include <cstring>

#include "core/math/half.h"
#include "core/math/q8.h"
#include "core/weights/block_formats.h"
#include "core/weights/number_formats.h"

namespace patchboard {
namespace {

DType stored_dtype(TensorKind kind, DType from, WeightFormat format) {
  if (kind == TensorKind::kVector || is_quantized(from) || format == WeightFormat::kF32) {
    return from == DType::kF64 ? DType::kF32 : from;
  }
  return format == WeightFormat::kF16 ? DType::kF16 : DType::kQ8;
}

std::size_t scale_count(TensorKind kind, Index cols) {
  return static_cast<std::size_t>(kind == TensorKind::kEmbedding ? q8_groups(cols) : cols);
}

}  // namespace

Strips::Strips(TensorKind kind, Index rows, Index cols, DType from, WeightFormat format)
    : kind_(kind),
      rows_(rows),
      cols_(cols),
      from_(from),
      stored_(stored_dtype(kind, from, format)),
      format_(fits_q8(from) ? WeightFormat::kQ8 : format),
      strip_rows_(kind == TensorKind::kProjection && stored_ == DType::kQ8 ? kQ8Group : 1) {}

Index Strips::rows(Index strip) const { return std::min(strip_rows_, rows_ - first_row(strip)); }

std::vector<std::uint64_t> Strips::shape(DType dtype) const {
  if (dtype == DType::kQ8) {
    return {static_cast<std::uint64_t>(count()), bytes(dtype, 0)};
  }
  if (kind_ == TensorKind::kVector) {
    return {static_cast<std::uint64_t>(cols_)};
  }
  return {static_cast<std::uint64_t>(rows_), static_cast<std::uint64_t>(cols_)};
}

std::uint64_t Strips::bytes(DType dtype, Index strip) const {
  if (dtype == DType::kQ8) {  // the last strip as long as the others
    return scale_count(kind_, cols_) * sizeof(float) +
           static_cast<std::uint64_t>(strip_rows_ * cols_);
  }
  return byte_count(dtype, static_cast<std::uint64_t>(rows(strip) * cols_));
}

std::uint64_t Strips::offset(DType dtype, Index strip) const {
  return static_cast<std::uint64_t>(strip) * bytes(dtype, 0);
}

std::uint64_t Strips::total_bytes(DType dtype) const {
  return offset(dtype, count() - 1) + bytes(dtype, count() - 1);
}

void Strips::widen(Index strip, std::span<const std::byte> bytes, float* values) const {
  if (from_ != DType::kQ8) {
    patchboard::widen(from_, bytes, values);
    return;
  }
  Q8Strip q8;
  read_q8(*this, strip, from_, bytes, q8);
  widen_q8(*this, strip, q8, values);
}

void Strips::store(Index strip, const float* values, std::span<std::byte> stored) const {
  if (stored_ == DType::kF32) {
    std::memcpy(stored.data(), values, stored.size());
    return;
  }
  if (stored_ == DType::kF16) {
    std::vector<std::int16_t> halves(stored.size() / sizeof(std::int16_t));
    narrow(values, static_cast<Index>(halves.size()), halves.data());
    std::memcpy(stored.data(), halves.data(), stored.size());
    return;
  }
  std::vector<float> scales(scale_count(kind_, cols_));
  std::vector<std::int8_t> rounded(static_cast<std::size_t>(strip_rows_ * cols_));
  if (kind_ == TensorKind::kEmbedding) {
    quantize_along(values, cols_, scales.data(), rounded.data());
  } else {
    quantize_down(values, rows(strip), cols_, scales.data(), rounded.data());
  }
  std::memcpy(stored.data(), scales.data(), scales.size() * sizeof(float));
  std::memcpy(stored.data() + scales.size() * sizeof(float), rounded.data(), rounded.size());
}

void read_q8(const Strips& strips, Index strip, DType dtype, std::span<const std::byte> bytes,
             Q8Strip& q8) {
  q8.scales.resize(scale_count(strips.kind(), strips.cols()));
  q8.values.resize(static_cast<std::size_t>(strips.rows(strip) * strips.cols()));
  if (dtype != DType::kQ8) {
    blocks_to_q8(dtype, bytes, q8.scales.data(), q8.values.data());
    return;
  }
  const std::size_t scale_bytes = q8.scales.size() * sizeof(float);
  std::memcpy(q8.scales.data(), bytes.data(), scale_bytes);
  std::memcpy(q8.values.data(), bytes.data() + scale_bytes, q8.values.size());
}

void widen_q8(const Strips& strips, Index strip, const Q8Strip& q8, float* values) {
  if (strips.kind() == TensorKind::kEmbedding) {
    dequantize_along(q8.scales.data(), q8.values.data(), strips.cols(), values);
  } else {
    dequantize_down(q8.scales.data(), q8.values.data(), strips.rows(strip), strips.cols(), values);
  }
}

}  // namespace patchboard
