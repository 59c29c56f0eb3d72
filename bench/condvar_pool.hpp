// CondvarPool: what most people write first: threads, one mutex, one queue, a condition variable. A
// yardstick.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "support/graphs.hpp"

namespace ember::bench {

class CondvarPool {
 public:
  CondvarPool(const testing::GraphShape& shape, std::size_t threads,
              std::function<void(std::size_t node)> body)
      : body_(std::move(body)), successors_(shape.size), before_(shape.size) {
    for (const auto& [from, to] : shape.edges) {
      successors_[from].push_back(to);
      ++before_[to];
    }
    for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
  }
  ~CondvarPool() {
    {
      const std::lock_guard lock(mutex_);
      is_closed_ = true;
    }
    ready_arrived_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }
  CondvarPool(const CondvarPool&) = delete;
  CondvarPool& operator=(const CondvarPool&) = delete;

  void run() {
    std::unique_lock lock(mutex_);
    missing_ = before_;
    left_ = before_.size();
    for (std::size_t node = 0; node < missing_.size(); ++node) {
      if (missing_[node] == 0) ready_.push_back(node);
    }
    ready_arrived_.notify_all();
    finished_.wait(lock, [&] { return left_ == 0; });
  }

 private:
  void work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      ready_arrived_.wait(lock, [&] { return !ready_.empty() || is_closed_; });
      if (is_closed_) return;
      const std::size_t node = ready_.front();
      ready_.pop_front();
      lock.unlock();
      body_(node);
      lock.lock();
      std::size_t opened = 0;
      for (const std::size_t next : successors_[node]) {
        if (--missing_[next] > 0) continue;
        ready_.push_back(next);
        if (++opened > 1) ready_arrived_.notify_one();  // This thread takes the first itself.
      }
      if (--left_ == 0) finished_.notify_one();
    }
  }

  const std::function<void(std::size_t)> body_;
  std::vector<std::vector<std::size_t>> successors_;
  std::vector<std::size_t> before_;
  std::mutex mutex_;
  std::condition_variable ready_arrived_;
  std::condition_variable finished_;
  std::deque<std::size_t> ready_;
  std::vector<std::size_t> missing_;
  std::size_t left_ = 0;
  bool is_closed_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace ember::bench
