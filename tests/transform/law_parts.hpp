// Operators for the laws of the transforms: one rule in all forms that an operator can have, and what plain
// execution makes of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <ember/array.hpp>
#include <ember/jit.hpp>
#include <ember/runtime.hpp>

#include "batch_parts.hpp"

namespace ember::test {

using Random = std::mt19937_64;

inline std::size_t below(Random& random, std::size_t bound) {
  return static_cast<std::size_t>(random() % bound);
}

/// What the operator under test does with an item: numbers in, one number out, some numbers refused.
struct Rule {
  std::int64_t factor = 1;
  /// 0: none.
  std::int64_t refused = 0;
  bool gives_mapping = false;

  [[nodiscard]] static std::int64_t sum(const Value& value) {
    std::int64_t total = 0;
    if (value.is_list()) {
      for (const Value& item : value.items()) total = total * 3 + sum(item);
    } else if (value.is_array()) {
      for (std::size_t i = 0; i < value.size(); ++i) total = total * 3 + sum(value[i]);
    } else if (value.is_mapping()) {
      for (const auto& [name, item] : value.fields()) total = total * 5 + sum(item);
    } else {
      total = value.is_number() ? static_cast<std::int64_t>(value.number()) : value.integer();
    }
    return total;
  }
  [[nodiscard]] Value answer(const Value& input) const {
    const std::int64_t total = sum(input);
    if (refused != 0 && total % refused == 0) throw std::runtime_error("refused " + std::to_string(total));
    if (!gives_mapping) return total * factor;
    return {{"value", total * factor}, {"input", input}};
  }
};

/// Its three forms.
class Plain final : public Operator<> {
 public:
  Plain(Rule rule, CallLogPtr log) : rule_(rule), log_(std::move(log)) {}
  Value forward(const Value& inputs) const override {
    log_->add(inputs);
    if (Runtime::current().is_simulated()) {
      (void)Context::current().sleep_for(std::chrono::milliseconds(Rule::sum(inputs) % 7));
    }
    return rule_.answer(inputs);
  }

 private:
  Rule rule_;
  CallLogPtr log_;
};

class Async final : public Operator<> {
 public:
  Async(Rule rule, CallLogPtr log) : rule_(rule), log_(std::move(log)) {}
  void forward_async(Value inputs, Context context, Completion done) const override {
    log_->add(inputs);
    auto shared = std::make_shared<Completion>(std::move(done));
    const auto finish = [rule = rule_, shared, inputs] {
      Value answer;
      try {
        answer = rule.answer(inputs);
      } catch (...) {
        return shared->fail(std::current_exception());
      }
      (*shared)(std::move(answer));
    };
    if (Rule::sum(inputs) % 3 == 0) return finish();
    context.clock()->call_at(context.clock()->now() + std::chrono::microseconds(Rule::sum(inputs) % 500),
                             finish);
  }

 private:
  Rule rule_;
  CallLogPtr log_;
};

class Batched final : public Operator<> {
 public:
  Batched(Rule rule, CallLogPtr log) : rule_(rule), log_(std::move(log)) {}
  Value forward(const Value& inputs) const override { return rule_.answer(inputs); }
  [[nodiscard]] std::vector<Value> forward_batch(const std::vector<Value>& inputs) const override {
    std::vector<Value> outputs;
    for (const Value& input : inputs) log_->add(input);
    for (const Value& input : inputs) outputs.push_back(rule_.answer(input));
    return outputs;
  }

 private:
  Rule rule_;
  CallLogPtr log_;
};

enum class Form { plain, async, batched, jitted };

inline Op<> made(Form form, const Rule& rule, const CallLogPtr& log) {
  switch (form) {
    case Form::plain:
      return Plain(rule, log);
    case Form::async:
      return Async(rule, log);
    case Form::batched:
      return Batched(rule, log);
    case Form::jitted:
      return xcs::jit(Plain(rule, log));
  }
  return {};
}

/// What plain execution of the items one after the other gives, or the first failure.
struct Expected {
  std::vector<Value> outputs;
  std::optional<std::size_t> failed;
  std::string message;
};

inline Expected plain_outcome(const Rule& rule, const std::vector<Value>& items) {
  Expected expected;
  for (std::size_t i = 0; i < items.size(); ++i) {
    try {
      expected.outputs.push_back(rule.answer(items[i]));
    } catch (const std::exception& error) {
      expected.failed = i;
      expected.message = error.what();
      return expected;
    }
  }
  return expected;
}

/// Makes `count` cases of one seed, half of them in simulated time, until one fails.
template <class Case>
void run_cases(std::uint64_t seed, int count, const Case& run_case) {
  Random random(seed);
  for (int i = 0; i < count; ++i) {
    SCOPED_TRACE("seed " + std::to_string(seed) + ", case " + std::to_string(i));
    if (below(random, 2) == 0) {
      Runtime::simulated({.seed = random()}).run([&] { run_case(random); });
    } else {
      run_case(random);
    }
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace ember::test
