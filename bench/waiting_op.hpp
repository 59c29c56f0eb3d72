// waiting_op: a call that takes 100 ms and holds no thread.
#pragma once

#include <chrono>
#include <memory>
#include <utility>

#include <ember/op.hpp>

namespace ember::bench {

class WaitingOp final : public Operator<> {
 public:
  void forward_async(Value inputs, Context context, Completion done) const override {
    auto shared = std::make_shared<Completion>(std::move(done));
    const TimePoint when = context.clock()->now() + std::chrono::milliseconds(100);
    context.clock()->call_at(when, [shared, inputs = std::move(inputs)] { (*shared)(inputs); });
  }
};

/// Gives its input.
inline Op<> waiting_op() {
  return WaitingOp();
}

}  // namespace ember::bench
