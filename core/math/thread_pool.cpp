#include "core/math/thread_pool.h"

#include <system_error>
#include <utility>

namespace patchboard {

ThreadPool::ThreadPool(int threads) {
  try {
    for (int i = 1; kHasThreads && i < threads; ++i) {
      workers_.emplace_back([this] { serve(); });
    }
  } catch (const std::system_error&) {
    return;  // no more threads are to be had; with fewer the results are the same
  } catch (...) {
    stop();
    throw;
  }
}

ThreadPool::~ThreadPool() { stop(); }

void ThreadPool::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& worker : workers_) {
    worker.join();
  }
}

void ThreadPool::parallel_for(Index count, const std::function<void(Index)>& body) {
  if (workers_.empty() || count <= 1) {
    for (Index i = 0; i < count; ++i) {
      body(i);
    }
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    body_ = &body;
    count_ = count;
    next_ = 0;
    busy_ = workers_.size();
    ++generation_;
  }
  wake_.notify_all();
  run_indices();
  std::unique_lock lock(mutex_);
  finished_.wait(lock, [this] { return busy_ == 0; });
  if (failure_) {
    std::rethrow_exception(std::exchange(failure_, nullptr));
  }
}

void ThreadPool::serve() {
  unsigned seen = 0;
  while (true) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return stopping_ || generation_ != seen; });
      if (stopping_) {
        return;
      }
      seen = generation_;
    }
    run_indices();
    {
      const std::lock_guard lock(mutex_);
      --busy_;
    }
    finished_.notify_one();
  }
}

void ThreadPool::run_indices() {
  for (Index i = next_++; i < count_; i = next_++) {
    try {
      (*body_)(i);
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!failure_) {
        failure_ = std::current_exception();
      }
      next_ = count_;
    }
  }
}

}  // namespace patchboard
