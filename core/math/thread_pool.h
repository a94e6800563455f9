#pragma once

#include <atomic>
#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "core/math/matrix.h"

namespace patchboard {

/// A fixed set of threads that run loops. Idle threads sleep.
///
/// Results do not depend on the number of threads as long as each index writes places of its own:
/// the pool decides who runs an index, never how the work is cut.
class ThreadPool {
 public:
#if defined(__EMSCRIPTEN__) && !defined(__EMSCRIPTEN_PTHREADS__)
  static constexpr bool kHasThreads = false;  ///< a pool is the calling thread alone
#else
  static constexpr bool kHasThreads = true;
#endif

  /// threads: at least 1, the calling thread included; fewer where the machine gives no more.
  /// Errors: std::bad_alloc.
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  [[nodiscard]] int size() const { return static_cast<int>(workers_.size()) + 1; }

  /// Runs body(0) … body(count - 1), in any order, and returns when all are done.
  /// Errors: rethrows the first exception of a body, after the others have stopped.
  void parallel_for(Index count, const std::function<void(Index)>& body);

 private:
  void stop();
  void serve();
  void run_indices();

  std::vector<std::thread> workers_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable finished_;
  const std::function<void(Index)>* body_ = nullptr;
  std::atomic<Index> next_ = 0;
  Index count_ = 0;
  std::size_t busy_ = 0;
  unsigned generation_ = 0;
  bool stopping_ = false;
  std::exception_ptr failure_;
};

}  // namespace patchboard
