// Replaces operator new, and malloc for what is linked with --wrap=malloc: Eigen takes memory
// there.

#include "tests/core/faults/failing_allocator.h"

#include <malloc.h>

#include <atomic>
#include <cstddef>
#include <cstdlib>

namespace patchboard::testing {
namespace {

std::atomic<long> left = -1;  // until one fails; below 0, none does

bool fails() { return left.load() >= 0 && --left == 0; }

std::atomic<long> taken_now = 0;
std::atomic<long> peak = 0;

void* counted(void* place) {
  if (place != nullptr) {
    const long now = taken_now += static_cast<long>(malloc_usable_size(place));
    long before = peak;
    while (before < now && !peak.compare_exchange_weak(before, now)) {
    }
  }
  return place;
}

void uncount(void* place) {
  if (place != nullptr) {
    taken_now -= static_cast<long>(malloc_usable_size(place));
  }
}

}  // namespace

void let_allocation_fail(long n) { left = n; }
void let_allocations_succeed() { left = -1; }

long taken_bytes() { return taken_now; }
long take_peak_bytes() { return peak.exchange(taken_now); }

AllocationsSucceed::AllocationsSucceed() : before_(left.exchange(-1)) {}
AllocationsSucceed::~AllocationsSucceed() { left = before_; }

}  // namespace patchboard::testing

using patchboard::testing::counted;
using patchboard::testing::fails;
using patchboard::testing::uncount;

// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming,cppcoreguidelines-no-malloc)
extern "C" {
void* __real_malloc(std::size_t size);
void* __real_calloc(std::size_t count, std::size_t size);
void* __real_realloc(void* place, std::size_t size);
void* __real_aligned_alloc(std::size_t alignment, std::size_t size);
void __real_free(void* place);

void* __wrap_malloc(std::size_t size) { return fails() ? nullptr : counted(__real_malloc(size)); }
void* __wrap_calloc(std::size_t count, std::size_t size) {
  return fails() ? nullptr : counted(__real_calloc(count, size));
}
void* __wrap_realloc(void* place, std::size_t size) {
  if (fails()) {
    return nullptr;
  }
  uncount(place);
  return counted(__real_realloc(place, size));
}
void* __wrap_aligned_alloc(std::size_t alignment, std::size_t size) {
  return fails() ? nullptr : counted(__real_aligned_alloc(alignment, size));
}
void __wrap_free(void* place) {
  uncount(place);
  __real_free(place);
}
}

namespace {

void* taken(void* place) {
  if (place == nullptr) {
    throw std::bad_alloc();
  }
  return place;
}

std::size_t rounded(std::size_t size, std::size_t alignment) {
  return (size + alignment - 1) / alignment * alignment;
}

}  // namespace

void* operator new(std::size_t size) { return taken(std::malloc(size == 0 ? 1 : size)); }
void* operator new[](std::size_t size) { return operator new(size); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  const auto multiple = static_cast<std::size_t>(alignment);
  return taken(std::aligned_alloc(multiple, rounded(size == 0 ? 1 : size, multiple)));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return operator new(size, alignment);
}
void operator delete(void* place) noexcept { std::free(place); }
void operator delete[](void* place) noexcept { std::free(place); }
void operator delete(void* place, std::size_t) noexcept { std::free(place); }
void operator delete[](void* place, std::size_t) noexcept { std::free(place); }
void operator delete(void* place, std::align_val_t) noexcept { std::free(place); }
void operator delete[](void* place, std::align_val_t) noexcept { std::free(place); }
void operator delete(void* place, std::size_t, std::align_val_t) noexcept { std::free(place); }
void operator delete[](void* place, std::size_t, std::align_val_t) noexcept { std::free(place); }
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming,cppcoreguidelines-no-malloc)
