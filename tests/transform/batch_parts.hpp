// Operators for the tests of the transforms: the ones of the guides, and ones that count, wait, fail.
#pragma once

#include <atomic>
#include <cctype>
#include <exception>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <ember/context.hpp>
#include <ember/error.hpp>
#include <ember/op.hpp>
#include <ember/runtime.hpp>
#include <ember/specification.hpp>

namespace ember::test {

/// What an operator was called with, in order of arrival.
class CallLog {
 public:
  void add(const Value& input) {
    const std::lock_guard lock(mutex_);
    inputs_.push_back(input);
  }
  [[nodiscard]] std::vector<Value> inputs() const {
    const std::lock_guard lock(mutex_);
    return inputs_;
  }
  [[nodiscard]] std::size_t count() const { return inputs().size(); }

 private:
  mutable std::mutex mutex_;
  std::vector<Value> inputs_;
};

using CallLogPtr = std::shared_ptr<CallLog>;

inline CallLogPtr make_log() {
  return std::make_shared<CallLog>();
}

/// An untyped operator (not a function) that logs its input and answers with `answer`.
class Scripted final : public Operator<> {
 public:
  using Answer = std::function<Value(const Value&)>;
  explicit Scripted(Answer answer, CallLogPtr log = make_log())
      : answer_(std::move(answer)), log_(std::move(log)) {}
  Value forward(const Value& inputs) const override {
    log_->add(inputs);
    return answer_(inputs);
  }

 private:
  Answer answer_;
  CallLogPtr log_;
};

/// Twice its argument, an int.
inline Op<> doubling(CallLogPtr log = make_log()) {
  return op("double", [log](const Value& x) -> Value {
    log->add(x);
    return x.integer() * 2;
  });
}

/// Waits by the clock of its call without a thread, then gives its input.
class Waiting final : public Operator<> {
 public:
  explicit Waiting(double seconds, CallLogPtr log = make_log()) : seconds_(seconds), log_(std::move(log)) {}
  void forward_async(Value inputs, Context context, Completion done) const override {
    log_->add(inputs);
    auto shared = std::make_shared<Completion>(std::move(done));
    auto clock = context.clock();
    clock->call_at(clock->now() + from_seconds(seconds_),
                   [shared, inputs = std::move(inputs)] { (*shared)(inputs); });
  }

 private:
  double seconds_;
  CallLogPtr log_;
};

inline std::string upper(std::string text) {
  for (char& letter : text) letter = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  return text;
}

/// process_item of the guide: a function of one item.
inline Op<> process_item(CallLogPtr log = make_log()) {
  return op("process_item", [log](const Value& item) -> Value {
    log->add(item);
    return {{"processed", upper(item["data"].string())}, {"id", item["id"]}};
  });
}

/// The error that `body` throws, as E. Fails the test when there is none or another.
template <class E, class Body>
E error_of(const Body& body) {
  try {
    body();
  } catch (const E& error) {
    return error;
  } catch (const std::exception& error) {
    throw std::runtime_error(std::string("another error was thrown: ") + error.what());
  }
  throw std::runtime_error("no error was thrown");
}

template <class E, class Body>
std::string message_of_error(const Body& body) {
  return error_of<E>(body).what();
}

/// The list of the ints [0, count).
inline Value numbers(std::size_t count) {
  std::vector<Value> items;
  for (std::size_t i = 0; i < count; ++i) items.emplace_back(i);
  return Value::list(std::move(items));
}

}  // namespace ember::test
