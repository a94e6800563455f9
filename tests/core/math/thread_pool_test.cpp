#include "core/math/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>

namespace patchboard {
namespace {

/// How often each of `count` indices ran.
std::vector<int> visits(ThreadPool& pool, Index count) {
  std::vector<std::atomic<int>> counters(static_cast<std::size_t>(count));
  pool.parallel_for(count, [&](Index i) { ++counters.at(static_cast<std::size_t>(i)); });
  return {counters.begin(), counters.end()};
}

std::vector<int> once_each(Index count) {
  return std::vector<int>(static_cast<std::size_t>(count), 1);
}

TEST(ThreadPool, RunsEachIndexOnce) {
  for (const int threads : {1, 2, 3}) {
    ThreadPool pool(threads);
    for (const Index count : {0, 1, 2, 3, 10'000}) {
      EXPECT_EQ(visits(pool, count), once_each(count)) << threads << " threads";
    }
  }
}

TEST(ThreadPool, KnowsItsSize) {
  EXPECT_EQ(ThreadPool(1).size(), 1);
  EXPECT_EQ(ThreadPool(3).size(), ThreadPool::kHasThreads ? 3 : 1);
}

TEST(ThreadPool, ReturnsOnlyWhenEveryIndexIsDone) {
  ThreadPool pool(3);
  for (int round = 0; round < 2'000; ++round) {
    std::vector<int> plain(7, 0);  // not atomic: a late writer is a race that sanitizers see
    pool.parallel_for(7, [&](Index i) { plain[static_cast<std::size_t>(i)] = round; });
    ASSERT_EQ(plain, std::vector<int>(7, round));
  }
}

TEST(ThreadPool, SharesALoopBetweenItsThreads) {
  // Each of three indices waits for the other two, so one thread alone would never end.
  ThreadPool pool(3);
  const int threads = pool.size();  // one, in a build without threads
  std::atomic<int> arrived = 0;
  pool.parallel_for(threads, [&](Index) {
    ++arrived;
    while (arrived < threads) {
      std::this_thread::yield();
    }
  });
  EXPECT_EQ(arrived, threads);
}

TEST(ThreadPool, RethrowsAnExceptionAndCanBeUsedAfterwards) {
  for (const int threads : {1, 2, 3}) {
    ThreadPool pool(threads);
    for (int round = 0; round < 50; ++round) {
      try {
        pool.parallel_for(100, [](Index i) {
          if (i == 37) {
            throw std::runtime_error("index 37");
          }
        });
        FAIL() << "nothing was thrown";
      } catch (const std::runtime_error& error) {
        EXPECT_STREQ(error.what(), "index 37");
      }
      ASSERT_EQ(visits(pool, 100), once_each(100)) << threads << " threads";
    }
  }
}

TEST(ThreadPool, RethrowsOneExceptionWhereEveryIndexThrows) {
  ThreadPool pool(3);
  EXPECT_THROW(pool.parallel_for(100, [](Index) { throw std::out_of_range("each"); }),
               std::out_of_range);
  EXPECT_EQ(visits(pool, 100), once_each(100));
}

TEST(ThreadPool, LeavesOutTheRestAfterAnException) {
  constexpr int kCount = 1'000;
  for (const int threads : {1, 3}) {
    ThreadPool pool(threads);
    std::atomic<int> runs = 0;
    const auto body = [&](Index i) {
      ++runs;
      if (i == 4) {
        throw std::runtime_error("stop");
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));  // the others may start a few more
    };
    EXPECT_THROW(pool.parallel_for(kCount, body), std::runtime_error);
    EXPECT_LT(runs, kCount) << threads << " threads";
  }
}

}  // namespace
}  // namespace patchboard
