#include <ember/runtime.hpp>

#include <ember/context.hpp>

#include "base/ambient.hpp"
#include "exec/simulated_executor.hpp"
#include "exec/thread_pool.hpp"

namespace ember {
namespace {

using xcs::Executor;

/// Handles share a pointer whose end closes the executor; runs and threads hold the executor itself.
std::shared_ptr<Executor> closing_handle(std::shared_ptr<Executor> executor) {
  Executor* raw = executor.get();
  return {raw, [executor = std::move(executor)](Executor*) { executor->close(); }};
}

struct CurrentRuntime {
  std::shared_ptr<Executor> executor;
};

const std::shared_ptr<Executor>& process_executor() {
  // Leaked on purpose: operators that never return may still run while static objects are destroyed.
  static auto* const executor = new std::shared_ptr<Executor>(xcs::ThreadPool::create({}));
  return *executor;
}

}  // namespace

Runtime::Runtime(RuntimeOptions options) : executor_(closing_handle(xcs::ThreadPool::create(options))) {}

Runtime Runtime::process() {
  return Runtime(process_executor());
}

Runtime Runtime::simulated(SimulationOptions options) {
  return Runtime(closing_handle(xcs::SimulatedExecutor::create(options)));
}

Runtime Runtime::current() {
  return Runtime(Executor::current());
}

const std::shared_ptr<Executor>& xcs::Executor::current() {
  const auto* runtime = Ambient::current().get<CurrentRuntime>(AmbientSlot::runtime);
  return runtime ? runtime->executor : process_executor();
}

void Runtime::run(const std::function<void()>& body) const {
  auto current = std::make_shared<const CurrentRuntime>(CurrentRuntime{executor_->shared_from_this()});
  const AmbientScope ambient(Ambient::current().with(AmbientSlot::runtime, std::move(current)));
  const Context context(executor_->clock(), TimePoint::max(), {});
  const ContextScope scope(context);
  executor_->run(body);
}

TimePoint Runtime::now() const noexcept {
  return executor_->clock()->now();
}

std::shared_ptr<Clock> Runtime::clock() const {
  return executor_->clock();
}

bool Runtime::is_simulated() const noexcept {
  return executor_->is_simulated();
}

std::vector<SimulationEvent> Runtime::trace() const {
  return executor_->trace();
}

}  // namespace ember
