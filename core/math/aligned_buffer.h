#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <span>

namespace patchboard {

/// Uninitialised values that begin at a multiple of 64 bytes, a cache line and the widest vector.
template <typename Value>
class AlignedBuffer {
 public:
  AlignedBuffer() = default;
  /// Errors: std::bad_alloc.
  explicit AlignedBuffer(std::size_t size)
      : values_(static_cast<Value*>(::operator new(size * sizeof(Value), kAlignment))),
        size_(size) {}

  [[nodiscard]] Value* data() { return values_.get(); }
  [[nodiscard]] const Value* data() const { return values_.get(); }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::span<Value> span() { return {data(), size_}; }

 private:
  static constexpr std::align_val_t kAlignment{64};
  struct Free {
    void operator()(Value* values) const { ::operator delete(values, kAlignment); }
  };

  std::unique_ptr<Value, Free> values_;
  std::size_t size_ = 0;
};

}  // namespace patchboard
