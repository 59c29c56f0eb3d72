// The leaves of the random programs: they compute, wait, complete elsewhere, and fail.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include <ember/error.hpp>
#include <ember/fingerprint.hpp>

#include "law_program.hpp"

namespace ember::test {

/// Runs small tasks on a thread of its own, in the order in which they come.
class LawCompleter {
 public:
  static LawCompleter& instance() {
    static LawCompleter completer;
    return completer;
  }
  void post(std::function<void()> task) {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
    arrived_.notify_one();
  }
  ~LawCompleter() {
    {
      const std::lock_guard lock(mutex_);
      is_over_ = true;
    }
    arrived_.notify_one();
    thread_.join();
  }

 private:
  LawCompleter() : thread_([this] { loop(); }) {}
  void loop() {
    std::unique_lock lock(mutex_);
    for (;;) {
      arrived_.wait(lock, [&] { return is_over_ || !tasks_.empty(); });
      if (tasks_.empty()) return;
      const auto task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      task();
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<std::function<void()>> tasks_;
  bool is_over_ = false;
  std::thread thread_;
};

struct LawLeafSettings {
  std::size_t number = 0;
  /// Fails when the hash of its input is divisible by this; 0: never.
  std::uint64_t fails_every = 0;
  /// Which kind of exception it throws.
  int kind_of_failure = 0;
  bool is_pure = false;
  bool never_fails = false;
  std::shared_ptr<LawCounts> counts;
};

/// What a leaf makes of an input; counts the call.
inline Value law_answer(const LawLeafSettings& leaf, const Value& inputs) {
  ++leaf.counts->calls[leaf.number];
  const auto content = fingerprint(inputs);
  const std::uint64_t hash = (content ? content->low : 0) + leaf.number * 7919;
  if (leaf.fails_every != 0 && hash % leaf.fails_every == 0) {
    ++leaf.counts->failures;
    const std::string message = "leaf " + std::to_string(leaf.number) + " fails on " + std::to_string(hash);
    if (leaf.kind_of_failure == 0) throw std::runtime_error(message);
    if (leaf.kind_of_failure == 1) throw OperatorError(message);
    throw InvalidArgumentError(message);
  }
  std::vector<Value> items;
  for (std::uint64_t item = 0; item < hash % 4; ++item) items.emplace_back(static_cast<std::int64_t>(item));
  return {{"v", static_cast<std::int64_t>(hash >> 8U)}, {"items", Value::list(std::move(items))}};
}

class LawLeaf final : public Operator<> {
 public:
  LawLeaf(LawLeafSettings settings, bool sleeps) : settings_(std::move(settings)), sleeps_(sleeps) {}
  [[nodiscard]] std::string name() const override { return "leaf" + std::to_string(settings_.number); }
  [[nodiscard]] bool is_pure() const override { return settings_.is_pure; }
  [[nodiscard]] bool never_fails() const override { return settings_.never_fails; }
  Value forward(const Value& inputs) const override {
    if (sleeps_) {
      (void)Context::current().sleep_for(std::chrono::microseconds(60 + 37 * (settings_.number % 5)));
    }
    return law_answer(settings_, inputs);
  }

 private:
  LawLeafSettings settings_;
  bool sleeps_;
};

class LawAsyncLeaf final : public Operator<> {
 public:
  LawAsyncLeaf(LawLeafSettings settings, LawPace pace) : settings_(std::move(settings)), pace_(pace) {}
  [[nodiscard]] std::string name() const override { return "leaf" + std::to_string(settings_.number); }
  [[nodiscard]] bool is_pure() const override { return settings_.is_pure; }
  [[nodiscard]] bool never_fails() const override { return settings_.never_fails; }
  void forward_async(Value inputs, Context context, Completion done) const override {
    auto shared = std::make_shared<Completion>(std::move(done));
    const auto end = [shared, inputs = std::move(inputs), settings = settings_] {
      Value answer;
      try {
        answer = law_answer(settings, inputs);
      } catch (...) {
        return shared->fail(std::current_exception());
      }
      (*shared)(std::move(answer));
    };
    if (pace_ == LawPace::immediate) return end();
    if (pace_ == LawPace::handed) return LawCompleter::instance().post(end);
    context.clock()->call_at(
        context.clock()->now() + std::chrono::microseconds(30 + 71 * (settings_.number % 4)), end);
  }

 private:
  LawLeafSettings settings_;
  LawPace pace_;
};

}  // namespace ember::test
