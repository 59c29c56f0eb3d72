#include "workflow/measured_step.hpp"

#include <algorithm>
#include <atomic>
#include <numeric>
#include <utility>

#include <ember/fields.hpp>

namespace ember::workflow {
namespace {

struct TimesHandle {
  std::shared_ptr<StepTimes> times;
};

/// Takes the outcome of the inner call, notes the time and passes the outcome on. Frees itself.
class TimingSink final : public CompletionSink {
 public:
  TimingSink(std::shared_ptr<StepTimes> times, std::size_t step, std::shared_ptr<Clock> clock,
             CompletionCallback done)
      : times_(std::move(times)),
        step_(step),
        clock_(std::move(clock)),
        start_(clock_->now()),
        done_(std::move(done)) {}

  void complete(std::size_t, Value value, std::exception_ptr error) noexcept override {
    times_->add(step_, clock_->now() - start_);
    if (error) {
      done_.fail(std::move(error));
    } else {
      done_(std::move(value));
    }
  }
  void retain() noexcept override { ++references_; }
  void release() noexcept override {
    if (--references_ == 0) delete this;
  }

 private:
  std::shared_ptr<StepTimes> times_;
  std::size_t step_;
  std::shared_ptr<Clock> clock_;
  TimePoint start_;
  CompletionCallback done_;
  std::atomic<int> references_{0};
};

/// The common part of both kinds of leaf.
class MeasuredBase {
 public:
  MeasuredBase(OpReference target, std::size_t step) : target_(std::move(target)), step_(step) {}

 protected:
  static std::shared_ptr<StepTimes> times_of(const Value& inputs) {
    return inputs["times"].native_if<TimesHandle>()->times;
  }

  OpReference target_;
  std::size_t step_;
};

class MeasuredStep final : public Operator<>, private MeasuredBase {
 public:
  using MeasuredBase::MeasuredBase;
  [[nodiscard]] std::string name() const override { return target_.name(); }
  Value forward(const Value& inputs) const override {
    const std::shared_ptr<Clock>& clock = Context::current().clock();
    const TimePoint start = clock->now();
    Value output = target_.target->call(inputs["input"]);
    times_of(inputs)->add(step_, clock->now() - start);
    return output;
  }
};

class MeasuredAsyncStep final : public Operator<>, private MeasuredBase {
 public:
  using MeasuredBase::MeasuredBase;
  [[nodiscard]] std::string name() const override { return target_.name(); }
  Value forward(const Value& inputs) const override { return call_async_and_wait(inputs); }
  void forward_async(Value inputs, Context context, Completion done) const override {
    auto* sink = new TimingSink(times_of(inputs), step_, context.clock(), std::move(done));
    Completion timed(*sink, 0);
    target_.target->forward_async(inputs["input"], std::move(context), std::move(timed));
  }
};

}  // namespace

Duration StepTimes::critical_path(const xcs::XCSGraph& graph) const {
  const std::scoped_lock lock(mutex_);
  std::vector<Duration> ends(durations_.size());
  Duration longest{};
  for (const std::size_t step : graph.topological_indices()) {
    Duration start{};
    for (const std::size_t before : graph.predecessor_indices(step)) start = std::max(start, ends[before]);
    ends[step] = start + durations_[step];
    longest = std::max(longest, ends[step]);
  }
  return longest;
}

Duration StepTimes::sum() const {
  const std::scoped_lock lock(mutex_);
  return std::accumulate(durations_.begin(), durations_.end(), Duration());
}

OpReference measured(const OpReference& target, std::size_t step) {
  if (target.target->is_async()) return Op<>(MeasuredAsyncStep(target, step)).reference();
  return Op<>(MeasuredStep(target, step)).reference();
}

Value times_value(std::shared_ptr<StepTimes> times) {
  return wrap(TimesHandle{std::move(times)});
}

}  // namespace ember::workflow
