#include "core/math/packed_matrix.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "core/math/half.h"

namespace patchboard {
namespace {

using simd::Floats;
using simd::Halves;
using simd::kLanes;
using Bytes [[gnu::vector_size(kLanes)]] = std::int8_t;

template <typename Lanes, typename Value>
Lanes load_lanes(const Value* values) {
  Lanes lanes;
  std::memcpy(&lanes, values, sizeof lanes);
  return lanes;
}

float widen(std::int16_t half) { return simd::widen(Halves{} + half)[0]; }

/// The values of a column lie as far apart as a panel is wide.
template <typename Value>
void scatter(const Value* values, Index count, Value* column) {
  for (Index k = 0; k < count; ++k) {
    column[k * PackedMatrix::kPanelCols] = values[k];
  }
}

/// count: a multiple of kLanes.
void widen(const std::int16_t* halves, Index count, float* values) {
  for (Index i = 0; i < count; i += kLanes) {
    simd::store(simd::widen(load_lanes<Halves>(halves + i)), values + i);
  }
}

/// Rows of a panel that have one row of scales.
void widen_group(const std::int8_t* weights, const float* scales, Index rows, float* values) {
  constexpr Index kCols = PackedMatrix::kPanelCols;
  const std::array scale = {simd::load(scales), simd::load(scales + kLanes)};
  for (Index i = 0; i < rows * kCols; i += kCols) {
    for (std::size_t part = 0; part < scale.size(); ++part) {
      const Index at = i + static_cast<Index>(part) * kLanes;
      const auto lanes = __builtin_convertvector(load_lanes<Bytes>(weights + at), simd::Ints);
      simd::store(__builtin_convertvector(lanes, Floats) * scale[part], values + at);
    }
  }
}

/// The last panel's columns beyond the matrix are never set.
template <typename Value>
void clear_last_panel(AlignedBuffer<Value>& values, Index rows) {
  const auto last = static_cast<std::size_t>(rows * PackedMatrix::kPanelCols);
  std::fill_n(values.data() + values.size() - last, last, Value{});
}

}  // namespace

PackedMatrix::PackedMatrix(Index rows, Index cols, WeightFormat format) : rows_(rows), cols_(cols) {
  const auto panels = static_cast<std::size_t>((cols + kPanelCols - 1) / kPanelCols);
  const auto size = [&](Index panel_rows) {
    return panels * static_cast<std::size_t>(panel_rows * kPanelCols);
  };
  if (format == WeightFormat::kF32) {
    clear_last_panel(storage_.emplace<AlignedBuffer<float>>(size(rows)), rows);
  } else if (format == WeightFormat::kF16) {
    clear_last_panel(storage_.emplace<AlignedBuffer<std::int16_t>>(size(rows)), rows);
  } else {
    auto& q8 = storage_.emplace<Q8>(AlignedBuffer<std::int8_t>(size(rows)),
                                    AlignedBuffer<float>(size(groups())));
    clear_last_panel(q8.values, rows);
    clear_last_panel(q8.scales, groups());
  }
}

std::size_t PackedMatrix::bytes() const {
  if (const auto* f32 = std::get_if<AlignedBuffer<float>>(&storage_)) {
    return f32->size() * sizeof(float);
  }
  if (const auto* f16 = std::get_if<AlignedBuffer<std::int16_t>>(&storage_)) {
    return f16->size() * sizeof(std::int16_t);
  }
  const Q8& q8 = std::get<Q8>(storage_);
  return q8.values.size() + q8.scales.size() * sizeof(float);
}

void PackedMatrix::set_rows(Index first, std::span<const float> values) {
  if (format() == WeightFormat::kQ8) {
    const Index count = static_cast<Index>(values.size()) / cols_;
    std::vector<float> scales(static_cast<std::size_t>(cols_));
    std::vector<std::int8_t> rounded(values.size());
    quantize_down(values.data(), count, cols_, scales.data(), rounded.data());
    set_rows(first, count, scales.data(), rounded.data());
    return;
  }
  for (Index col = 0; col < cols_; col += kPanelCols) {
    std::array<float, static_cast<std::size_t>(kPanelCols)> row{};
    std::copy_n(values.data() + col, std::min(kPanelCols, cols_ - col), row.data());
    if (auto* f32 = std::get_if<AlignedBuffer<float>>(&storage_)) {
      std::ranges::copy(row, f32->data() + offset(first, col));
    } else {
      narrow(row.data(), kPanelCols,
             std::get<AlignedBuffer<std::int16_t>>(storage_).data() + offset(first, col));
    }
  }
}

void PackedMatrix::set_rows(Index first, Index count, const float* scales,
                            const std::int8_t* values) {
  Q8& q8 = std::get<Q8>(storage_);
  for (Index col = 0; col < cols_; col += kPanelCols) {
    const Index width = std::min(kPanelCols, cols_ - col);
    std::copy_n(scales + col, width, q8.scales.data() + scale_offset(first, col));
    for (Index row = 0; row < count; ++row) {
      std::copy_n(values + row * cols_ + col, width, q8.values.data() + offset(first + row, col));
    }
  }
}

void PackedMatrix::set_row(Index row, std::span<const std::int16_t> halves) {
  auto& f16 = std::get<AlignedBuffer<std::int16_t>>(storage_);
  for (Index col = 0; col < cols_; col += kPanelCols) {
    std::copy_n(halves.data() + col, std::min(kPanelCols, cols_ - col),
                f16.data() + offset(row, col));
  }
}

void PackedMatrix::set_column(Index n, std::span<const float> values) {
  if (auto* f32 = std::get_if<AlignedBuffer<float>>(&storage_)) {
    scatter(values.data(), rows_, f32->data() + offset(0, n));
  } else if (format() == WeightFormat::kF16) {
    std::vector<std::int16_t> halves(values.size());
    narrow(values.data(), rows_, halves.data());
    set_column(n, halves);
  } else {
    std::vector<float> scales(static_cast<std::size_t>(groups()));
    std::vector<std::int8_t> rounded(values.size());
    quantize_along(values.data(), rows_, scales.data(), rounded.data());
    set_column(n, scales.data(), rounded.data());
  }
}

void PackedMatrix::set_column(Index n, std::span<const std::int16_t> halves) {
  auto& f16 = std::get<AlignedBuffer<std::int16_t>>(storage_);
  scatter(halves.data(), rows_, f16.data() + offset(0, n));
}

void PackedMatrix::set_column(Index n, const float* scales, const std::int8_t* values) {
  Q8& q8 = std::get<Q8>(storage_);
  scatter(values, rows_, q8.values.data() + offset(0, n));
  scatter(scales, groups(), q8.scales.data() + scale_offset(0, n));
}

void PackedMatrix::get_column(Index n, std::span<float> values) const {
  for (Index k = 0; k < rows_; ++k) {
    float& value = values[static_cast<std::size_t>(k)];
    if (const auto* f32 = std::get_if<AlignedBuffer<float>>(&storage_)) {
      value = f32->data()[offset(k, n)];
    } else if (const auto* f16 = std::get_if<AlignedBuffer<std::int16_t>>(&storage_)) {
      value = widen(f16->data()[offset(k, n)]);
    } else {
      const Q8& q8 = std::get<Q8>(storage_);
      value =
          static_cast<float>(q8.values.data()[offset(k, n)]) * q8.scales.data()[scale_offset(k, n)];
    }
  }
}

const float* PackedMatrix::panel(Index panel, Index first, Index count, float* room) const {
  const Index col = panel * kPanelCols;
  if (const auto* f32 = std::get_if<AlignedBuffer<float>>(&storage_)) {
    return f32->data() + offset(first, col);
  }
  if (const auto* f16 = std::get_if<AlignedBuffer<std::int16_t>>(&storage_)) {
    widen(f16->data() + offset(first, col), count * kPanelCols, room);
    return room;
  }
  const Q8& q8 = std::get<Q8>(storage_);
  for (Index k = 0; k < count; k += kScaleGroup) {
    widen_group(q8.values.data() + offset(first + k, col),
                q8.scales.data() + scale_offset(first + k, col), std::min(kScaleGroup, count - k),
                room + k * kPanelCols);
  }
  return room;
}

}  // namespace patchboard
