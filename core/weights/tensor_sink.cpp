#include "core/weights/tensor_sink.h"

#include <algorithm>
#include <utility>

namespace patchboard {

TensorSink::TensorSink(Index rows, Index row_size, Index strip_rows, Store store)
    : rows_(rows), row_size_(row_size), strip_rows_(strip_rows), store_(std::move(store)) {}

std::size_t TensorSink::strip_size() const {
  return static_cast<std::size_t>(std::min(strip_rows_, rows_ - next_row_) * row_size_);
}

void TensorSink::write(std::span<const float> values) {
  while (!values.empty()) {
    const std::size_t taken = std::min(values.size(), strip_size() - strip_.size());
    strip_.reserve(strip_size());
    strip_.insert(strip_.end(), values.begin(),
                  values.begin() + static_cast<std::ptrdiff_t>(taken));
    values = values.subspan(taken);
    if (strip_.size() == strip_size()) {
      store_(next_row_, strip_);
      next_row_ = std::min(rows_, next_row_ + strip_rows_);
      strip_.clear();
    }
  }
  if (next_row_ == rows_) {
    strip_ = std::vector<float>();  // {} would keep the memory
  }
}

}  // namespace patchboard
