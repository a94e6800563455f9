#pragma once

#include <new>

namespace patchboard::testing {

/// Lets the n-th allocation from here on fail, of whatever thread; n: from 1. Eigen's and operator
/// new's allocations are counted alike.
void let_allocation_fail(long n);

/// No allocation fails from here on.
void let_allocations_succeed();

/// Bytes that are taken now; and the most that were at a time since the last call of it.
[[nodiscard]] long taken_bytes();
[[nodiscard]] long take_peak_bytes();

/// While it lives no allocation fails, and none is counted.
class AllocationsSucceed {
 public:
  AllocationsSucceed();
  ~AllocationsSucceed();
  AllocationsSucceed(const AllocationsSucceed&) = delete;
  AllocationsSucceed& operator=(const AllocationsSucceed&) = delete;

 private:
  long before_;
};

/// Does `work` again and again, first with its first allocation failing, then with its second,
/// until none is left to fail. after_failure: called after each failure. Returns how many failed.
template <typename Work, typename AfterFailure>
long fail_at_every_allocation(const Work& work, const AfterFailure& after_failure) {
  for (long failures = 0;; ++failures) {
    try {
      let_allocation_fail(failures + 1);
      work();
      let_allocations_succeed();
      return failures;
    } catch (const std::bad_alloc&) {
      let_allocations_succeed();
      after_failure();
    } catch (...) {
      let_allocations_succeed();
      throw;
    }
  }
}

}  // namespace patchboard::testing
