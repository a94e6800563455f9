#pragma once

#include <cstdint>
#include <span>
#include <variant>

#include "core/math/aligned_buffer.h"
#include "core/math/matrix.h"
#include "core/math/q8.h"
#include "core/math/simd.h"

namespace patchboard {

/// How weights are kept in memory; arithmetic is f32 in every case.
enum class WeightFormat {
  kF32,
  kF16,  ///< IEEE half, 2 bytes a weight
  kQ8,   ///< int8, and a f32 scale for 32 weights of a column: 1.125 bytes a weight
};

/// A matrix [K, N] as the GEMM's kernel reads it: panels of kPanelCols columns, each panel row
/// after row, the last one filled up with columns of zeros. Values are set once, in any order.
class PackedMatrix {
 public:
  static constexpr Index kPanelCols = 2 * simd::kLanes;
  static constexpr Index kScaleGroup = kQ8Group;  ///< weights along K with a scale in common
  /// Panels are read fastest one after the other.
  static constexpr bool kPanelsInOnePiece = true;

  PackedMatrix() = default;
  /// Errors: std::bad_alloc.
  PackedMatrix(Index rows, Index cols, WeightFormat format);

  [[nodiscard]] Index rows() const { return rows_; }
  [[nodiscard]] Index cols() const { return cols_; }
  [[nodiscard]] WeightFormat format() const { return static_cast<WeightFormat>(storage_.index()); }
  [[nodiscard]] std::size_t bytes() const;

  /// Rows that `set_rows` takes at once: those with scales in common.
  [[nodiscard]] Index strip_rows() const { return format() == WeightFormat::kQ8 ? kScaleGroup : 1; }
  /// Rows [first, first + strip_rows()), fewer at the end. values: [rows, N]. first: a multiple of
  /// strip_rows().
  void set_rows(Index first, std::span<const float> values);
  /// Column n. values: [K].
  void set_column(Index n, std::span<const float> values);
  /// The same in f16, to the bit; one row.
  void set_row(Index row, std::span<const std::int16_t> halves);
  void set_column(Index n, std::span<const std::int16_t> halves);
  /// The same in q8, as `quantize_down` gives rows and `quantize_along` columns, to the bit.
  void set_rows(Index first, Index count, const float* scales, const std::int8_t* values);
  void set_column(Index n, const float* scales, const std::int8_t* values);
  /// Column n, widened. values: [K].
  void get_column(Index n, std::span<float> values) const;

  /// Rows [first, first + count) of a panel as f32: [count, kPanelCols]. The matrix's own values
  /// where they are f32; else they are widened into `room`, which has place for them.
  /// first: a multiple of kScaleGroup, or any row where all the rows are of one group of scales.
  [[nodiscard]] const float* panel(Index panel, Index first, Index count, float* room) const;

 private:
  struct Q8 {
    AlignedBuffer<std::int8_t> values;  // [panel, K, kPanelCols]
    AlignedBuffer<float> scales;        // [panel, K / kScaleGroup, kPanelCols]
  };

  [[nodiscard]] std::size_t offset(Index row, Index col) const { return place(rows_, row, col); }
  [[nodiscard]] std::size_t scale_offset(Index row, Index col) const {
    return place(groups(), row / kScaleGroup, col);
  }
  [[nodiscard]] Index groups() const { return (rows_ + kScaleGroup - 1) / kScaleGroup; }
  /// In panels of `rows` rows.
  [[nodiscard]] static std::size_t place(Index rows, Index row, Index col) {
    return static_cast<std::size_t>((col / kPanelCols * rows + row) * kPanelCols +
                                    col % kPanelCols);
  }

  Index rows_ = 0;
  Index cols_ = 0;
  std::variant<AlignedBuffer<float>, AlignedBuffer<std::int16_t>, Q8> storage_;
};

}  // namespace patchboard
