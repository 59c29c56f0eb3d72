// Operators for the tests of jit: they count, wait, and know how many of them run at once.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <ember/context.hpp>
#include <ember/jit.hpp>
#include <ember/op.hpp>
#include <ember/runtime.hpp>

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

/// Sleeps by the clock, then gives what `answer` says.
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

/// Answers after a time by the clock, without a thread.
class WaitingLeaf final : public Operator<> {
 public:
  WaitingLeaf(std::string name, double seconds, TallyPtr tally)
      : name_(std::move(name)), seconds_(seconds), tally_(std::move(tally)) {}
  [[nodiscard]] std::string name() const override { return name_; }
  void forward_async(Value inputs, Context context, Completion done) const override {
    tally_->enter();
    auto shared = std::make_shared<Completion>(std::move(done));
    const TimePoint when = time_after(context.clock()->now(), from_seconds(seconds_));
    context.clock()->call_at(when, [shared, tally = tally_, inputs] {
      tally->leave();
      (*shared)(inputs);
    });
  }

 private:
  std::string name_;
  double seconds_;
  TallyPtr tally_;
};

/// Sleeps by the clock, then gives {"v": value}.
inline Op<> sleeping(std::string name, double seconds, std::int64_t value, TallyPtr tally) {
  const auto answer = [value](const Value&) -> Value { return {{"v", value}}; };
  return TimedLeaf(std::move(name), seconds, answer, std::move(tally));
}

inline Value same(const Value& in) {
  return in;
}

inline Op<> traced(Op<> op) {
  return xcs::jit(std::move(op), {.mode = "trace"});
}

inline Op<> failing(std::string message, TallyPtr tally = make_tally()) {
  return op("fails", [message, tally](const Value&) -> Value {
    tally->enter();
    tally->leave();
    throw std::runtime_error(message);
  });
}

/// Calls its one part and nothing else.
class Wrapping final : public Composite<> {
 public:
  explicit Wrapping(const Op<>& inner) : inner_(child("inner", inner)) {}
  Var<> forward(Var<> in) const override { return inner_(in); }

 private:
  Op<> inner_;
};

/// Virtual seconds that `body` takes.
inline double simulated_seconds(const std::function<void()>& body) {
  const auto runtime = Runtime::simulated();
  double seconds = 0;
  runtime.run([&] {
    const TimePoint start = runtime.now();
    body();
    seconds = to_seconds(runtime.now() - start);
  });
  return seconds;
}

}  // namespace ember::test
