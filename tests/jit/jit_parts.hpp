// Operators for the tests of jit: they count, wait, and know how many of them run at once.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <ember/context.hpp>
#include <ember/op.hpp>

namespace ember::test {

/// Calls made, and the most that ran at once.
struct Tally {
  std::atomic<int> calls = 0;
  std::atomic<int> running = 0;
  std::atomic<int> most = 0;

  void enter() {
    ++calls;
    const int now = ++running;
    int seen = most;
    while (now > seen && !most.compare_exchange_weak(seen, now)) {
    }
  }
  void leave() { --running; }
};

using TallyPtr = std::shared_ptr<Tally>;

inline TallyPtr make_tally() {
  return std::make_shared<Tally>();
}

/// Appends a letter to `text`.
inline Op<> appending(std::string letter, TallyPtr tally = make_tally()) {
  return op("append_" + letter, [letter, tally](const Value& in) -> Value {
    tally->enter();
    tally->leave();
    return {{"text", in["text"].string() + letter}};
  });
}

/// Sleeps by the clock of its call, then gives {"v": value}.
class SleepingLeaf final : public Operator<> {
 public:
  SleepingLeaf(std::string name, double seconds, std::int64_t value, TallyPtr tally)
      : name_(std::move(name)), seconds_(seconds), value_(value), tally_(std::move(tally)) {}
  [[nodiscard]] std::string name() const override { return name_; }
  Value forward(const Value&) const override {
    tally_->enter();
    (void)Context::current().sleep_for(from_seconds(seconds_));
    tally_->leave();
    return {{"v", value_}};
  }

 private:
  std::string name_;
  double seconds_;
  std::int64_t value_;
  TallyPtr tally_;
};

/// Waits by the clock, then gives what `answer` says.
class TimedLeaf final : public Operator<> {
 public:
  TimedLeaf(std::string name, double seconds, std::function<Value(const Value&)> answer,
            TallyPtr tally = make_tally())
      : name_(std::move(name)), seconds_(seconds), answer_(std::move(answer)), tally_(std::move(tally)) {}
  [[nodiscard]] std::string name() const override { return name_; }
  Value forward(const Value& in) const override {
    tally_->enter();
    if (seconds_ > 0) (void)Context::current().sleep_for(from_seconds(seconds_));
    tally_->leave();
    return answer_(in);
  }

 private:
  std::string name_;
  double seconds_;
  std::function<Value(const Value&)> answer_;
  TallyPtr tally_;
};

inline Value same(const Value& in) {
  return in;
}

inline Op<> failing(std::string message, TallyPtr tally = make_tally()) {
  return op("fails", [message, tally](const Value&) -> Value {
    tally->enter();
    tally->leave();
    throw std::runtime_error(message);
  });
}

}  // namespace ember::test
