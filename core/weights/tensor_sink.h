#pragma once

#include <functional>
#include <span>
#include <vector>

#include "core/math/matrix.h"

namespace patchboard {

/// Where the values of one tensor go: takes them in pieces of any size, in the order of the file
/// (row-major), and stores them some rows at a time.
class TensorSink {
 public:
  /// Rows [first, …), one after another.
  using Store = std::function<void(Index first, std::span<const float> rows)>;

  /// strip_rows: how many rows `store` takes at once; the last strip may have fewer.
  TensorSink(Index rows, Index row_size, Index strip_rows, Store store);

  /// The next values. More than the tensor has is a precondition violated.
  void write(std::span<const float> values);

 private:
  [[nodiscard]] std::size_t strip_size() const;

  Index rows_;
  Index row_size_;
  Index strip_rows_;
  Store store_;
  Index next_row_ = 0;        // the first of the strip
  std::vector<float> strip_;  // its values so far
};

}  // namespace patchboard
