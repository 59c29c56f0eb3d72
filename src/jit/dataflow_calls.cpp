// How the calls of a dataflow session are started, run and ended.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <unordered_set>
#include <utility>

#include <ember/error.hpp>

#include "jit/dataflow_session.hpp"

namespace ember::xcs {
namespace {

constexpr int deepest_start = 32;

/// A turn of a thread at the queued calls of a session.
class HelperJob final : public Job {
 public:
  explicit HelperJob(std::shared_ptr<DataflowSession> session) : session_(std::move(session)) {}
  void work() noexcept override { session_->help(); }
  void nudge() noexcept override {}  // A helper was asked for each queued call.
  [[nodiscard]] bool is_abandoned() const noexcept override { return session_->is_over(); }
  void retain() noexcept override { references_.fetch_add(1, std::memory_order_relaxed); }
  void release() noexcept override {
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

 private:
  const std::shared_ptr<DataflowSession> session_;
  std::atomic<int> references_ = 0;
};

/// By descending position, as heaps have the largest in front.
constexpr auto is_later = [](const auto& left, const auto& right) { return left->index() > right->index(); };

}  // namespace

void DataflowSession::start(const CallPtr& call, bool may_start_here) {
  Value input;
  try {
    const QuietRead quiet(this);
    input = joined(call->arguments_);
  } catch (...) {
    // Plain execution fails where the missing part is taken, and not in this call.
    return fail(call, std::current_exception(), false);
  }
  std::shared_ptr<const CallPlan> plan = request_.table->call_plan(call->op_);
  const bool may_run_here = is_eager_ || (request_.overlap == Overlap::automatic && is_forward_thread() &&
                                          !executor_->is_simulated() && plan->is_cheap());
  Lock lock(mutex_);
  if (call->state_ != State::waiting) return;
  call->plan_ = std::move(plan);
  call->arguments_.clear();
  call->after_.clear();
  call->input_ = std::move(input);
  call->has_input_ = true;
  if (may_run_here || (may_start_here && call->plan_->is_async())) {
    call->state_ = State::running;
    lock.unlock();
    return may_run_here ? run_here(call) : start_async(call);
  }
  call->state_ = State::queued;
  queue_.push_back(call);
  std::push_heap(queue_.begin(), queue_.end(), is_later);
  submit_helpers(lock);
}

void DataflowSession::start_async(const CallPtr& call) {
  const AmbientScope ambient(ambient_);
  const ContextScope context(context_);
  const auto on_over = [self = shared_from_this(), call](Run& run) { self->end_with(call, run); };
  Run::create({call->plan_->plan(), call->input_, {request_.options, false}, stop_.get_token(), on_over})
      ->start_here();
}

void DataflowSession::run_here(const CallPtr& call) {
  const AmbientScope ambient(ambient_);
  const ContextScope context(context_);
  const auto begin = std::chrono::steady_clock::now();
  const std::stop_token stop = call->plan_->is_cheap() ? std::stop_token() : stop_.get_token();
  const Ref<Run> run = Run::create({call->plan_->plan(), call->input_, {request_.options, false}, stop, {}});
  try {
    run->run_to_end();
  } catch (...) {
    return end_all(std::current_exception());
  }
  const auto took = std::chrono::steady_clock::now() - begin;
  if (!executor_->is_simulated()) call->plan_->note_cost(static_cast<std::uint64_t>(took.count()));
  end_with(call, *run);
}

void DataflowSession::submit_helpers(Lock& lock) {
  // Those that run a call see to no other one before it ends.
  const std::size_t wanted = std::min(busy_helpers_ + queue_.size(), most_helpers_);
  while (helpers_ < wanted) {
    ++helpers_;
    lock.unlock();
    executor_->submit(Ref<Job>(new HelperJob(shared_from_this())));
    lock.lock();
  }
}

void DataflowSession::help() {
  Lock lock(mutex_);
  while (const CallPtr call = take_queued()) {
    ++busy_helpers_;
    lock.unlock();
    run_here(call);
    lock.lock();
    --busy_helpers_;
  }
  --helpers_;
}

DataflowSession::CallPtr DataflowSession::take_queued() {
  while (!queue_.empty()) {
    std::pop_heap(queue_.begin(), queue_.end(), is_later);
    CallPtr call = std::move(queue_.back());
    queue_.pop_back();
    if (call->state_ != State::queued || call->index_ > first_failed_) continue;
    call->state_ = State::running;
    return call;
  }
  return nullptr;
}

/// A queued call that `call` waits for, or is; null when others see to all of them.
DataflowSession::CallPtr DataflowSession::claimable(const PendingCall& call) const {
  if (queue_.empty()) return nullptr;
  // Calls that still wait themselves: what has ended or runs is passed by.
  std::vector<const PendingCall*> waiting;
  std::unordered_set<const PendingCall*> seen;
  const PendingCall* found = nullptr;
  const auto is_found = [&](const PendingCall& next) {
    if (!next.belongs_to(*this)) return false;
    if (next.state_ == State::queued && next.index_ <= first_failed_) found = &next;
    if (next.state_ == State::waiting && seen.insert(&next).second) waiting.push_back(&next);
    return found != nullptr;
  };
  if (is_found(call)) return calls_[found->index_];
  for (std::size_t i = 0; i < waiting.size(); ++i) {
    const PendingCall& next = *waiting[i];
    const auto needs = [&](const VarData& argument) { return any_pending(argument, is_found); };
    const auto follows = [&](const CallPtr& other) { return is_found(*other); };
    if (std::any_of(next.arguments_.begin(), next.arguments_.end(), needs) ||
        std::any_of(next.after_.begin(), next.after_.end(), follows)) {
      return calls_[found->index_];
    }
  }
  return nullptr;
}

/// Brings `call` closer to its end: runs something that it needs, or waits for a change.
void DataflowSession::advance(Lock& lock, const PendingCall& call) {
  if (const CallPtr next = claimable(call)) {
    next->state_ = State::running;
    lock.unlock();
    run_here(next);
    lock.lock();
    return;
  }
  try {
    executor_->wait(lock, changed_, TimePoint::max());
  } catch (...) {  // A simulation in which nothing can happen any more.
    fatal_ = std::current_exception();
  }
}

void DataflowSession::wait_for(const PendingCall& call) {
  Lock lock(mutex_);
  while (call.state_ != State::finished) {
    if (is_forward_thread() && (is_given_up_ || fatal_ || first_failed_ != no_call)) give_up();
    if (call.state_ == State::failed) call.throw_error();
    if (call.state_ == State::dropped || fatal_) {
      throw TraceError(with_recording_help("the result of '" + call.op().name() +
                                           "' was asked for after the run that it belonged to had ended"));
    }
    advance(lock, call);
  }
}

void DataflowSession::end_with(const CallPtr& call, const Run& run) {
  if (const std::exception_ptr error = run.first_raw_error()) return fail(call, error, true);
  Value output;
  try {
    output = run.results().values().front();
  } catch (...) {  // Stopped, or out of time: so is the whole.
    return end_all(std::current_exception());
  }
  finish(call, std::move(output));
}

void DataflowSession::finish(const CallPtr& call, Value output) {
  std::vector<CallPtr> ready;
  {
    const Lock lock(mutex_);
    if (call->state_ == State::dropped) return;
    call->output_ = std::move(output);
    call->state_ = State::finished;
    for (CallPtr& dependent : call->dependents_) {
      if (--dependent->missing_ == 0 && dependent->state_ == State::waiting &&
          dependent->index_ < first_failed_) {
        ready.push_back(std::move(dependent));
      }
    }
    call->dependents_.clear();
    executor_->notify(changed_);
  }
  // A long chain of calls that end where they are started must not use up the stack.
  thread_local int depth = 0;
  ++depth;
  for (const CallPtr& next : ready) start(next, depth < deepest_start);
  --depth;
}

void DataflowSession::fail(const CallPtr& call, const std::exception_ptr& error, bool is_of_operator) {
  spoil_log("a call failed");
  const std::exception_ptr wrapped = is_of_operator ? wrap_operator_error(call->op_.name(), error) : error;
  std::string path;
  try {
    std::rethrow_exception(wrapped);
  } catch (const Error& caught) {
    path = caught.path();
  } catch (...) {  // Has no path.
    path.clear();
  }
  const Lock lock(mutex_);
  if (call->state_ == State::dropped) return;
  call->error_ = wrapped;
  call->error_path_ = std::move(path);
  call->state_ = State::failed;
  if (call->is_taken_) first_failed_ = std::min(first_failed_, call->index_);
  executor_->notify(changed_);
}

void DataflowSession::end_all(std::exception_ptr fatal) {
  const Lock lock(mutex_);
  if (!fatal_) fatal_ = std::move(fatal);
  executor_->notify(changed_);
}

}  // namespace ember::xcs
