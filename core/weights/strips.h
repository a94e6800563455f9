#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/math/matrix.h"
#include "core/math/packed_matrix.h"
#include "core/weights/tensor_entry.h"

namespace patchboard {

enum class TensorKind {
  kVector,      ///< [1, size]: biases and gains, which keep the file's numbers in every format
  kProjection,  ///< [in, out], multiplied with from the left: groups of scales run down its columns
  kEmbedding,   ///< [count, d_model], of which the transpose is: groups run along its rows; also a
                ///< projection that lies as [out, in]
};

/// How the numbers of a tensor lie in a file: strips of rows, one after another, each of which can
/// be converted by itself. In q8 a strip begins with its scales.
class Strips {
 public:
  /// from: the file's numbers. format: asked for, which decides on `stored`.
  Strips(TensorKind kind, Index rows, Index cols, DType from, WeightFormat format);

  [[nodiscard]] TensorKind kind() const { return kind_; }
  /// Of the matrix in memory: q8 where that holds the file's very numbers, else as asked for.
  [[nodiscard]] WeightFormat format() const { return format_; }
  [[nodiscard]] DType from() const { return from_; }
  /// The numbers in which the tensor is kept: the smaller ones of the file's and the format's, so
  /// that nothing is lost that would not be in memory, and nothing is blown up.
  [[nodiscard]] DType stored() const { return stored_; }

  [[nodiscard]] Index count() const { return (rows_ + strip_rows_ - 1) / strip_rows_; }
  [[nodiscard]] Index first_row(Index strip) const { return strip * strip_rows_; }
  [[nodiscard]] Index rows(Index strip) const;
  [[nodiscard]] Index cols() const { return cols_; }
  /// The shape that a header gives for the tensor in `dtype`.
  [[nodiscard]] std::vector<std::uint64_t> shape(DType dtype) const;
  /// Bytes of a strip in `dtype`, and of all of them before it.
  [[nodiscard]] std::uint64_t bytes(DType dtype, Index strip) const;
  [[nodiscard]] std::uint64_t offset(DType dtype, Index strip) const;
  /// Bytes of all of them.
  [[nodiscard]] std::uint64_t total_bytes(DType dtype) const;

  /// The numbers of a strip of the file. bytes: at any alignment. values: [rows, cols].
  void widen(Index strip, std::span<const std::byte> bytes, float* values) const;
  /// The same as they are kept. stored: of bytes(stored(), strip).
  void store(Index strip, const float* values, std::span<std::byte> stored) const;

 private:
  TensorKind kind_;
  Index rows_;
  Index cols_;
  DType from_;
  DType stored_;
  WeightFormat format_;
  Index strip_rows_;
};

/// A strip in q8: where its scales and its weights are.
struct Q8Strip {
  std::vector<float> scales;
  std::vector<std::int8_t> values;
};

/// dtype: of `bytes`, one that fits q8. q8: what is there makes room.
void read_q8(const Strips& strips, Index strip, DType dtype, std::span<const std::byte> bytes,
             Q8Strip& q8);
/// The values that it stands for: [rows, cols].
void widen_q8(const Strips& strips, Index strip, const Q8Strip& q8, float* values);

}  // namespace patchboard
