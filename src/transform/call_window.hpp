// CallWindow: calls under way whose outcomes are taken in the order in which they were started.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <stop_token>

#include <ember/context.hpp>
#include <ember/op.hpp>

#include "base/ambient.hpp"
#include "exec/effective_options.hpp"
#include "graph/plan.hpp"

namespace ember::xcs {

/// What one call came to.
struct CallOutcome {
  Value output = {};
  /// As the operator threw it, or the error of the deadline; null for an output.
  std::exception_ptr error = {};
  /// The call was told to stop from outside: no failure of its own.
  bool is_stopped = false;
};

/// Used by one thread. Its end stops the calls that are under way, and waits for none.
class CallWindow {
 public:
  /// Calls see `ambient` and `context`.
  CallWindow(OpReference op, EffectiveOptions settings, Ambient ambient, Context context);
  ~CallWindow();
  CallWindow(const CallWindow&) = delete;
  CallWindow& operator=(const CallWindow&) = delete;

  /// Starts a call and returns.
  void start(Value input);
  /// Calls started and not taken.
  [[nodiscard]] std::size_t size() const;
  /// True when one of them has failed already.
  [[nodiscard]] bool has_failed() const;
  /// Waits for the oldest call. There must be one.
  [[nodiscard]] CallOutcome take();

  /// Makes a call on this thread.
  [[nodiscard]] CallOutcome call_here(const Value& input);
  /// Nanoseconds of one call, as measured of late; 0 when not yet, and in simulated time.
  [[nodiscard]] std::uint64_t cost() const noexcept { return plan_->cost(0); }

 private:
  class Arrivals;

  void start_run(Value input, std::size_t number);

  const OpReference op_;
  const EffectiveOptions settings_;
  const Ambient ambient_;
  const Context context_;
  const std::shared_ptr<const Plan> plan_;
  const std::shared_ptr<Arrivals> arrivals_;
  std::stop_source stop_;
};

}  // namespace ember::xcs
